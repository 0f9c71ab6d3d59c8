import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosPlace, FLAWLESS, FREEZE_SECONDS, OUTAGE_SECONDS, RATE, type Verdict } from './chaos-place';

jest.setTimeout((OUTAGE_SECONDS + FREEZE_SECONDS + 420) * 1000);

/** Logins are back this long after the database is. */
const BACK_MS = 2_000;

describe(`${RATE} accounting packets a second and people logging in`, () => {
  let place: ChaosPlace;
  const tell = (what: string, { packets, retransmissions, sessions }: Verdict, backMs?: number): void => {
    const back = backMs === undefined ? '' : `, logins back after ${backMs} ms`;
    if (process.env.JALA_CHAOS_TELL)
      process.stdout.write(`${what}: ${sessions} sessions, ${packets} packets, ${retransmissions} retransmissions${back}\n`);
  };

  beforeAll(async () => {
    place = await ChaosPlace.open();
  });
  afterAll(() => place.close());

  it.each([
    ['killed', OUTAGE_SECONDS, 'kill', 'start'],
    ['frozen', FREEZE_SECONDS, 'freeze', 'thaw'],
  ] as const)('survive a database that is %s for %i s', async (how, seconds, away, back) => {
    let gone = 0;
    let returned = 0;
    const { verdict, probe } = await place.under(how, async () => {
      await place.database.tell(away);
      gone = Date.now();
      await sleep(seconds * 1000);
      await place.database.tell(back);
      returned = Date.now();
      await sleep(BACK_MS + 1_000);
    });
    tell(`database ${how} for ${seconds} s`, verdict, probe.firstAfter(returned));
    expect(verdict).toMatchObject(FLAWLESS);
    expect(verdict.sessions).toBeGreaterThan(RATE / 5);
    expect(probe.rejects).toBe(0);
    expect(probe.acceptedBetween(gone + 200, returned - 1_000)).toBe(0);
    expect(probe.acceptedBetween(0, gone)).toBeGreaterThan(5);
    expect(probe.firstAfter(returned)).toBeLessThan(BACK_MS);
  });

  it.each(['auth', 'acct', 'drain'] as const)('survive the %s process being killed again and again', async (name) => {
    const { verdict, probe } = await place.under(`kill-${name}`, async () => {
      for (let kill = 0; kill < 3; kill++) {
        await place.scenario.server.kill(name, 'SIGKILL');
        await place.scenario.server.launch(name);
        await sleep(700);
      }
    });
    tell(`freeradius -n ${name} killed three times`, verdict);
    expect(verdict).toMatchObject(FLAWLESS);
    expect(probe.rejects).toBe(0);
    expect(probe.accepts.length).toBeGreaterThan(10);
  });
});

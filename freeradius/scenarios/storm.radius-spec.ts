import { readFileSync } from 'node:fs';
import { inParallel, type Isp, type Router, Scenario } from './support/scenario';
import { storm, subscribe } from './support/storm';

const AT_ONCE = Number(process.env.JALA_STORM_LOGINS ?? 1_000);
const SUBSCRIBERS = Number(process.env.JALA_STORM_SUBSCRIBERS ?? 20_000);
const ROUTERS = 50;

jest.setTimeout(300_000);

/** What the kernel gives a socket that asks for more; a packet takes about 800 bytes of twice that (docs/radius.md). */
const RECEIVE_LIMIT = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));

describe('after a power cut', () => {
  let scenario: Scenario;
  let isps: Isp[];
  let routers: Router[];

  beforeAll(async () => {
    scenario = await Scenario.start();
    isps = [await scenario.isp(), await scenario.isp()];
    routers = await inParallel(Array.from({ length: ROUTERS }), (_, index) =>
      isps[index < ROUTERS / 2 ? 0 : 1]!.router(`127.0.8.${index + 1}`, { routerId: index + 1 }),
    );
  });
  afterAll(() => scenario.stop());

  it(`${AT_ONCE} logins in one instant are all answered, without a retry`, async () => {
    const fits = Math.floor((2 * RECEIVE_LIMIT) / 1_280);
    if (fits < AT_ONCE)
      throw new Error(`net.core.rmem_max is ${RECEIVE_LIMIT}: no server can hold ${AT_ONCE} packets. See docs/radius.md.`);
    const subscribers = await subscribe(isps[0]!, 'sekaligus-', AT_ONCE);
    const result = await storm(scenario.server.ports.auth, routers.slice(0, 10), subscribers, {
      tries: 1,
      retryMs: 60_000,
      patienceMs: 30_000,
    });
    expect(result).toMatchObject({ accepted: AT_ONCE, rejected: 0, lost: 0, repeated: 0 });
  });

  it(`${SUBSCRIBERS} subscribers behind ${ROUTERS} routers come back, and nobody is turned away`, async () => {
    const half = SUBSCRIBERS / 2;
    const everybody = [...(await subscribe(isps[0]!, 'kembali-', half)), ...(await subscribe(isps[1]!, 'kembali-', half))];
    const result = await storm(scenario.server.ports.auth, routers, everybody, { tries: 20, retryMs: 3_000, patienceMs: 120_000 });
    expect(result).toMatchObject({ accepted: SUBSCRIBERS, rejected: 0, lost: 0 });
  });
});

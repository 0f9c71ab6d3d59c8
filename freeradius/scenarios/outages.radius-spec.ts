import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, type Isp, number, type Router, Scenario } from './support/scenario';

jest.setTimeout(120_000);

describe('without a database', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.4.1');
    await isp.user('budi', { sharedUsers: null });
    await isp.user('habis', { status: 'suspended' });
    await isp.user('voucher', { status: 'unused', validity: { seconds: 3600 } });
  });
  afterAll(() => scenario.stop());

  const everybody = [
    ['budi', 'rahasia'],
    ['budi', 'wrong'],
    ['habis', 'rahasia'],
    ['voucher', 'rahasia'],
    ['nobody', 'x'],
  ] as const;

  /** A router that asks again and again, as routers do. */
  const comesBack = async (): Promise<number> => {
    const started = Date.now();
    for (;;) {
      const { answer } = await router.login('budi', 'rahasia', { timeout: 1 });
      expect(['accept', 'silence']).toContain(answer);
      if (answer === 'accept') return Date.now() - started;
      if (Date.now() - started > 30_000) throw new Error(`Logins did not come back:\n${scenario.server.log('auth')}`);
    }
  };

  it.each<[string, () => Promise<void> | void, () => Promise<void> | void]>([
    ['killed', () => scenario.line.cut(), () => scenario.line.open()],
    ['frozen', () => scenario.line.freeze(), () => scenario.line.thaw()],
  ])('that is %s nobody is rejected, nothing is lost, and logins come back with it', async (how, away, back) => {
    expect((await router.login('budi', 'rahasia')).answer).toBe('accept');
    await away();
    const answers = await inParallel([...everybody, ...everybody], ([username, password]) =>
      router.login(username, password, { timeout: 2 }),
    );
    expect(answers.map(({ answer }) => answer)).toEqual(Array(10).fill('silence'));

    const sessions = Array.from({ length: 30 }, (_, index) => `${how}-${index}`);
    const acknowledged = await inParallel(sessions, (sessionId) => router.account('Start', sessionId, { 'User-Name': 'budi' }));
    expect(new Set(acknowledged.map(({ answer }) => answer))).toEqual(new Set(['acknowledged']));
    await inParallel(sessions, (sessionId) =>
      router.account('Stop', sessionId, { 'User-Name': 'budi', 'Acct-Session-Time': number(9), 'Acct-Input-Octets': number(7) }),
    );

    await back();
    await comesBack();
    // Nobody's wrong password or suspension was forgotten meanwhile.
    expect((await router.login('habis', 'rahasia')).attributes).toMatchObject({ 'Reply-Message': 'suspended' });
    await scenario.stored();
    const stored = await isp.query<{ n: string; bytes: string; open: string }>(
      'SELECT COUNT(*) AS n, SUM(acctinputoctets) AS bytes, SUM(acctstoptime IS NULL) AS open FROM radacct WHERE acctsessionid LIKE ?',
      [`${how}-%`],
    );
    expect(stored.map((row) => [Number(row.n), Number(row.bytes), Number(row.open)])).toEqual([[30, 210, 0]]);
  });

  it('leaves no trace of a login that was not answered', async () => {
    await isp.user('sunyi', { sharedUsers: null });
    await isp.user('kupon-sunyi', { status: 'unused', validity: { seconds: 3600 } });
    await scenario.line.cut();
    const answers = await inParallel(['sunyi', 'kupon-sunyi', 'sunyi-asing'], (name) => router.login(name, 'rahasia', { timeout: 2 }));
    expect(answers.map(({ answer }) => answer)).toEqual(['silence', 'silence', 'silence']);
    await scenario.line.open();
    await comesBack();
    await scenario.stored();
    expect(await isp.query("SELECT username, reply, reason FROM radpostauth WHERE username LIKE '%sunyi%'")).toEqual([]);
  });

  it('every process starts, and works when the database is there', async () => {
    await scenario.line.cut();
    for (const name of ['auth', 'acct', 'drain'] as const) await scenario.server.kill(name);
    for (const name of ['auth', 'acct', 'drain'] as const) await scenario.server.launch(name);
    expect((await router.login('budi', 'rahasia', { timeout: 1 })).answer).toBe('silence');
    expect((await router.account('Start', 'cold', { 'User-Name': 'budi' })).answer).toBe('acknowledged');
    await scenario.line.open();
    await comesBack();
    await scenario.stored();
    expect(await isp.query("SELECT acctsessionid FROM radacct WHERE acctsessionid = 'cold'")).toHaveLength(1);
  });

  it('that goes away for a moment under load nobody is rejected', async () => {
    let running = true;
    const answers: string[] = [];
    const load = Promise.all(
      Array.from({ length: 6 }, async () => {
        while (running) answers.push((await router.login('budi', 'rahasia', { timeout: 1 })).answer);
      }),
    );
    for (let cut = 0; cut < 3; cut++) {
      await sleep(700);
      await scenario.line.cut();
      await sleep(300);
      await scenario.line.open();
    }
    await comesBack();
    running = false;
    await load;
    expect(answers).toContain('accept');
    expect(answers).not.toContain('reject');
  });
});

import { withConnection } from '@jala/infra/central-db';
import { rootOfTestServer } from '@jala/infra/testing';
import type { RadiusUser } from '@jala/radius';
import { type DeviceAnswer, loginAtOnce } from './support/at-once';
import { inParallel, type Isp, METHODS, type Router, Scenario } from './support/scenario';

const DEVICES = Array.from({ length: 20 }, (_, index) => `AA:BB:CC:00:00:${index.toString(16).padStart(2, '0').toUpperCase()}`);
const RUNS = Number(process.env.JALA_VOUCHER_RUNS ?? 50);

jest.setTimeout(120_000 + RUNS * 6_000);

describe('a voucher', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;
  const from = (mac: string) => ({ attributes: { 'Calling-Station-Id': mac } });
  const state = async (username: string) =>
    (
      await isp.query<{ status: string; mac: string | null; seconds: number | null; first: Date | null }>(
        'SELECT status, mac, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), expires_at) AS seconds, first_login_at AS first FROM raduser WHERE username = ?',
        [username],
      )
    )[0]!;

  /** Many vouchers, each used first by all devices in one instant. A few vouchers at a time: the answer no waits a second. */
  const races = async (
    prefix: string,
    runs: number,
    user: Partial<RadiusUser>,
    check: (code: string, answers: DeviceAnswer[]) => void | Promise<void>,
  ): Promise<void> => {
    const codes = Array.from({ length: runs }, (_, run) => `${prefix}-${run}`);
    const checked = await inParallel(
      codes,
      async (code) => {
        await isp.user(code, { password: code, status: 'unused', validity: { seconds: 3600 }, ...user });
        await check(code, await loginAtOnce(scenario.server.ports.auth, router, { username: code, password: code }, DEVICES));
      },
      5,
    );
    expect(checked).toHaveLength(runs);
  };

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.5.1');
  });
  afterAll(() => scenario.stop());

  it(`that twenty devices use first in one instant lets exactly one in, ${RUNS} times over`, async () => {
    await races('race', RUNS, { macLock: true }, async (code, answers) => {
      expect(answers.filter(({ answer }) => answer === 'accept')).toHaveLength(1);
      expect(answers.filter(({ message }) => message === 'locked to another device')).toHaveLength(19);
      const winner = DEVICES[answers.findIndex(({ answer }) => answer === 'accept')];
      expect(await state(code)).toMatchObject({ status: 'active', mac: winner });
      expect(answers.filter(({ isAuthenticated }) => isAuthenticated)).toHaveLength(20);
    });
  });

  it('that is not held to a device lets one of twenty in as well: the winner counts as online before its session is known', async () => {
    await races('open-race', Math.ceil(RUNS / 5), {}, (_code, answers) => {
      expect(answers.filter(({ answer }) => answer === 'accept')).toHaveLength(1);
      expect(answers.filter(({ message }) => message === 'too many devices (1 of 1 online)')).toHaveLength(19);
    });
  });

  it.each([
    ['for three devices', { maxUsage: 3 }, 'voucher used up (3 of 3 devices)'],
    ['of an account with three slots', { deviceSlots: 3 }, 'all 3 device slots are taken'],
  ])('%s, twenty devices in one instant: exactly three get in, and they alone afterwards', async (what, limit, reason) => {
    const code = `multi-${what.length}`;
    await isp.user(code, { password: code, status: 'unused', validity: { seconds: 3600 }, sharedUsers: null, ...limit });
    await Promise.all(METHODS.map((method) => router.login(code, 'wrong', { method, ...from(DEVICES[0]!) })));
    expect(await state(code)).toMatchObject({ status: 'unused' });
    const answers = await inParallel(DEVICES, (mac) => router.login(code, code, { ...from(mac), timeout: 20 }), DEVICES.length);
    const winners = DEVICES.filter((_, index) => answers[index]!.answer === 'accept');
    expect(winners).toHaveLength(3);
    expect(answers.filter(({ attributes }) => attributes['Reply-Message'] === reason)).toHaveLength(17);
    const [row] = await isp.query<{ devices: string }>('SELECT devices FROM raduser WHERE username = ?', [code]);
    expect(new Set(row!.devices.split(','))).toEqual(new Set(winners));
    const again = await inParallel(DEVICES, (mac) => router.login(code, code, { ...from(mac), timeout: 20 }));
    expect(DEVICES.filter((_, index) => again[index]!.answer === 'accept')).toEqual(winners);
    // Staff releases one: the next newcomer has its place.
    expect(await isp.write((writer) => writer.releaseDevice(code, winners[1]!))).toBe(true);
    expect(await isp.write((writer) => writer.releaseDevice(code, winners[1]!))).toBe(false);
    const newcomer = DEVICES.find((mac) => !winners.includes(mac))!;
    expect((await router.login(code, code, from(newcomer))).answer).toBe('accept');
    expect((await router.login(code, code, from(winners[1]!))).attributes['Reply-Message']).toBe(reason);
  });

  it('and an account locked to its first device learns it once, also when it was active before', async () => {
    await isp.user('kunci', { macLock: true, sharedUsers: null });
    const answers = await inParallel(DEVICES, (mac) => router.login('kunci', 'rahasia', { ...from(mac), timeout: 20 }), DEVICES.length);
    expect(answers.filter(({ answer }) => answer === 'accept')).toHaveLength(1);
    expect((await state('kunci')).mac).toBe(DEVICES[answers.findIndex(({ answer }) => answer === 'accept')]);
    expect(
      await isp.write((writer) => writer.releaseDevice('kunci', DEVICES[answers.findIndex(({ answer }) => answer === 'accept')]!)),
    ).toBe(true);
    expect((await state('kunci')).mac).toBeNull();
  });

  it('is valid from its sale when the plan says so, and not longer for a late first login', async () => {
    await isp.user('dijual', { status: 'unused', validity: null, expiresAt: new Date(Date.now() + 600_000) });
    const reply = await router.login('dijual', 'rahasia');
    expect(Number(reply.attributes['Session-Timeout'])).toBeLessThanOrEqual(600);
    expect(Number(reply.attributes['Session-Timeout'])).toBeGreaterThan(580);
  });

  it('is valid from the first login, in every method', async () => {
    for (const method of METHODS) {
      const code = `first-${method}`;
      await isp.user(code, { password: code, status: 'unused', validity: { seconds: 3600 } });
      const reply = await router.login(code, code, { method });
      expect(reply.answer).toBe('accept');
      expect(Number(reply.attributes['Session-Timeout'])).toBeGreaterThan(3590);
      expect(Number(reply.attributes['Session-Timeout'])).toBeLessThanOrEqual(3600);
      expect(reply.attributes['Mikrotik-Rate-Limit']).toBe('5M/10M');
      expect(await state(code)).toMatchObject({ status: 'active', first: expect.any(Date) });
    }
  });

  it('stays unused after a wrong password, in every method', async () => {
    await isp.user('untouched', { status: 'unused', validity: { seconds: 60 }, macLock: true });
    await Promise.all(METHODS.map((method) => router.login('untouched', 'wrong', { method, ...from(DEVICES[0]!) })));
    expect(await state('untouched')).toEqual({ status: 'unused', mac: null, seconds: null, first: null });
  });

  it('is not begun anew by a second login', async () => {
    await isp.user('second', { status: 'unused', validity: { seconds: 3600 }, sharedUsers: null });
    await router.login('second', 'rahasia', from(DEVICES[0]!));
    await isp.query("UPDATE raduser SET expires_at = UTC_TIMESTAMP() + INTERVAL 100 SECOND WHERE username = 'second'");
    const reply = await router.login('second', 'rahasia', from(DEVICES[1]!));
    expect(reply.answer).toBe('accept');
    expect(Number(reply.attributes['Session-Timeout'])).toBeLessThanOrEqual(100);
  });

  it('may last months, end on a fixed day, or never end', async () => {
    const day = new Date(Math.floor(Date.now() / 1000) * 1000 + 7 * 86_400_000);
    await isp.user('months', { status: 'unused', validity: { months: 2 } });
    await isp.user('fixed', { status: 'unused', validity: null, expiresAt: day });
    await isp.user('endless', { status: 'unused', validity: null });
    expect((await router.login('months', 'rahasia')).answer).toBe('accept');
    expect((await state('months')).seconds! / 86_400).toBeGreaterThan(58);
    expect((await state('months')).seconds! / 86_400).toBeLessThan(63);
    expect((await router.login('fixed', 'rahasia')).answer).toBe('accept');
    expect((await state('fixed')).seconds! / 86_400).toBeGreaterThan(6.9);
    const endless = await router.login('endless', 'rahasia');
    expect([endless.answer, endless.attributes['Session-Timeout']]).toEqual(['accept', undefined]);
  });

  it("counts months on the tenant's calendar, which may be in another month than UTC", async () => {
    const abroad = await scenario.isp();
    const there = await abroad.router('127.0.5.2');
    const DAY_MS = 86_400_000;
    const now = new Date();
    const monthAfter = (at: Date): number => new Date(at).setUTCMonth(at.getUTCMonth() + 1);
    // A zone so far ahead that its month has another length; its clocks change by two hours before the month is over.
    const days = [...Array(62).keys()].find((ahead) => {
      const local = new Date(now.getTime() + ahead * DAY_MS);
      return local.getUTCDate() === 10 && monthAfter(local) - local.getTime() !== monthAfter(now) - now.getTime();
    })!;
    const [before, after] = [days * 86_400, days * 86_400 + 7_200];
    await abroad.query('DELETE FROM zone_offsets');
    await abroad.query("INSERT INTO zone_offsets (from_at, offset_s) VALUES ('2026-01-01', ?), (UTC_TIMESTAMP() + INTERVAL 9 DAY, ?)", [
      before,
      after,
    ]);
    await abroad.user('sebulan', { status: 'unused', validity: { months: 1 } });
    expect((await there.login('sebulan', 'rahasia')).answer).toBe('accept');
    const [row] = await abroad.query<{ seconds: number }>(
      "SELECT TIMESTAMPDIFF(SECOND, first_login_at, expires_at) AS seconds FROM raduser WHERE username = 'sebulan'",
    );
    const local = new Date(now.getTime() + before * 1_000);
    expect(row!.seconds).toBe((monthAfter(local) - local.getTime()) / 1_000 - 7_200);
  });

  it('takes what a router says of the device for a name, whatever it looks like', async () => {
    await isp.user('korban', { status: 'unused', validity: { seconds: 60 } });
    const names = [
      "\\', mac = '11' WHERE username = 'korban' -- ",
      "\\', mac = (SELECT MAX(value) FROM radcheck) -- ",
      '\\',
      "\\\\'",
      "'",
      '"%{User-Name}"',
    ];
    for (const [index, name] of names.entries()) {
      const code = `aneh-${index}`;
      await isp.user(code, { password: code, status: 'unused', validity: { seconds: 3600 } });
      expect([name, (await router.login(code, code, from(name))).answer]).toEqual([name, 'accept']);
      expect(await isp.query('SELECT status, mac, first_mac FROM raduser WHERE username = ?', [code])).toEqual([
        { status: 'active', mac: null, first_mac: name },
      ]);
    }
    expect(await state('korban')).toEqual({ status: 'unused', mac: null, seconds: null, first: null });
  });

  it('is neither accepted nor rejected while the database cannot begin it, and begins at the next try', async () => {
    await isp.user('blocked', { status: 'unused', validity: { seconds: 3600 } });
    await withConnection(await rootOfTestServer(), async (connection) => {
      // Readers go on, the writer waits until it gives up.
      await connection.query(`LOCK TABLES \`${isp.tenant.context.db}\`.raduser READ`);
      expect((await router.login('blocked', 'rahasia', { timeout: 12 })).answer).toBe('silence');
      await connection.query('UNLOCK TABLES');
    });
    expect((await router.login('blocked', 'rahasia', { timeout: 12 })).answer).toBe('accept');
    expect(await state('blocked')).toMatchObject({ status: 'active' });
  });

  it('that ran out before it was used is refused', async () => {
    await isp.user('too-late', { status: 'unused', validity: { seconds: 3600 }, expiresAt: new Date(Date.now() - 3_600_000 * 5) });
    expect((await router.login('too-late', 'rahasia')).attributes['Reply-Message']).toMatch(/^expired [45] h ago$/);
    expect(await state('too-late')).toMatchObject({ status: 'unused' });
  });
});

import { createHash } from 'node:crypto';
import { type Isp, number, type Router, Scenario } from './support/scenario';

jest.setTimeout(60_000);

const DAY_S = 86_400;

describe("the tenant's own clock", () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;

  const usage = async (username: string) =>
    (
      await isp.query<{ used_bytes: string; used_seconds: string; used_window: string; used_until: Date | null }>(
        'SELECT used_bytes, used_seconds, used_window, used_until FROM raduser WHERE username = ?',
        [username],
      )
    ).map((row) => ({
      bytes: Number(row.used_bytes),
      seconds: Number(row.used_seconds),
      window: row.used_window,
      until: row.used_until,
    }))[0]!;
  const report = async (username: string, session: string, bytes: number, seconds: number, secondsAgo = 0): Promise<void> => {
    await router.account('Interim-Update', session, {
      'User-Name': username,
      // Without it, reports whose beginnings lie a day apart are of two sessions.
      Class: { raw: `0x${Buffer.from(`jala:${createHash('md5').update(session).digest('hex')}`).toString('hex')}` },
      'Acct-Input-Octets': number(bytes),
      'Acct-Session-Time': number(seconds),
      'Acct-Delay-Time': number(secondsAgo),
    });
    await scenario.stored();
  };
  /** Midnight in Jakarta (UTC+7) that ends the day of `at`. */
  const endOfDay = (at: number): Date => new Date((Math.floor((at / 1000 + 7 * 3600) / DAY_S) + 1) * DAY_S * 1000 - 7 * 3_600_000);

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.9.1');
  });
  afterAll(() => scenario.stop());

  it("ends a day at the tenant's midnight, a week on Monday, a month on the first", async () => {
    expect(isp.tenant.context.timezone).toBe('Asia/Jakarta');
    const now = Date.now();
    for (const window of ['day', 'week', 'month'] as const) {
      await isp.user(`jendela-${window}`, { quotaBytes: 1000, quotaWindow: window });
      await report(`jendela-${window}`, `w-${window}`, 400, 60);
      const { bytes, seconds, until } = await usage(`jendela-${window}`);
      expect([bytes, seconds]).toEqual([400, 60]);
      const local = new Date(until!.getTime() + 7 * 3_600_000);
      expect(local.toISOString()).toMatch(/T00:00:00\.000Z$/);
      expect(until!.getTime()).toBeGreaterThan(now);
      if (window === 'day') expect(until).toEqual(endOfDay(now));
      if (window === 'week') expect(local.getUTCDay()).toBe(1);
      if (window === 'month') expect(local.getUTCDate()).toBe(1);
    }
  });

  it('counts a report for the day on which it was sent, and one that comes late not for today', async () => {
    await isp.user('telat', { quotaBytes: 1e9, timeQuotaSeconds: 1e6, quotaWindow: 'day' });
    const yesterday = Math.ceil((Date.now() - (endOfDay(Date.now()).getTime() - DAY_S * 1000)) / 1000) + 600;
    await report('telat', 't-1', 700, 70, yesterday);
    expect(await usage('telat')).toMatchObject({ bytes: 700, seconds: 70, until: new Date(endOfDay(Date.now()).getTime() - DAY_S * 1000) });
    // Yesterday is over: nothing is used today.
    expect(
      (await router.login('telat', 'rahasia', { attributes: { 'Calling-Station-Id': 'AA:BB:CC:00:00:01' } })).attributes,
    ).toMatchObject({
      'Mikrotik-Total-Limit': '1000000000',
      'Session-Timeout': '1000000',
    });
    await report('telat', 't-1', 1_000, 100);
    expect(await usage('telat')).toMatchObject({ bytes: 300, seconds: 30, until: endOfDay(Date.now()) });
    await report('telat', 't-2', 50, 5, yesterday);
    expect(await usage('telat')).toMatchObject({ bytes: 300, seconds: 30, until: endOfDay(Date.now()) });
    await report('telat', 't-1', 1_000, 100);
    await report('telat', 't-1', 900, 90);
    expect(await usage('telat')).toMatchObject({ bytes: 300, seconds: 30 });
  });

  it('begins anew when the plan asks for another window, and goes on in the same', async () => {
    await isp.user('ganti', { quotaBytes: 1000 });
    await report('ganti', 'g-1', 900, 9);
    expect((await router.login('ganti', 'rahasia')).attributes['Mikrotik-Total-Limit']).toBe('100');
    for (const [window, left] of [
      ['month', 1000],
      ['day', 1000],
      ['total', 1000],
    ] as const) {
      await isp.user('ganti', { quotaBytes: 1000, quotaWindow: window, sharedUsers: null });
      expect((await router.login('ganti', 'rahasia')).attributes['Mikrotik-Total-Limit']).toBe(String(left));
      await report('ganti', `g-${window}`, 300, 3);
      expect((await router.login('ganti', 'rahasia')).attributes['Mikrotik-Total-Limit']).toBe('700');
    }
  });

  it('a time quota counts what the router reports, to the second', async () => {
    await isp.user('jam', { timeQuotaSeconds: 100, sharedUsers: null });
    await report('jam', 'j-1', 1, 99);
    expect((await router.login('jam', 'rahasia')).attributes['Session-Timeout']).toBe('1');
    await report('jam', 'j-1', 1, 100);
    expect((await router.login('jam', 'rahasia')).attributes['Reply-Message']).toBe('online time used up');
  });

  describe('login hours', () => {
    const day = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
    const local = (minutes: number) => {
      const at = new Date(Date.now() + 7 * 3_600_000 + minutes * 60_000);
      return { day: day[(at.getUTCDay() + 6) % 7]!, time: at.toISOString().slice(11, 16).replace(':', '') };
    };
    const shift = (seconds: number) =>
      isp.query('UPDATE login_hours SET from_s = from_s + ?, to_s = to_s + ? WHERE hours = ?', [seconds, seconds, hours]);
    let hours: string;

    it('hold at login, and end the session when they end, to the second', async () => {
      const from = local(-30);
      hours = `${from.day}${from.time}-${local(30).time}`;
      await isp.user('jam-buka', { loginHours: hours, sharedUsers: null });
      const left = Number((await router.login('jam-buka', 'rahasia')).attributes['Session-Timeout']);
      expect(left).toBeGreaterThan(29 * 60 - 15);
      expect(left).toBeLessThanOrEqual(30 * 60);
      // As if it were so much later: two seconds before the end, and a second after it.
      await shift(-(left - 8));
      expect(Number((await router.login('jam-buka', 'rahasia')).attributes['Session-Timeout'])).toBeLessThanOrEqual(8);
      await shift(-9);
      const after = await router.login('jam-buka', 'rahasia');
      expect([after.answer, after.attributes['Reply-Message']]).toEqual(['reject', `outside the login hours (${hours})`]);
    });

    it('refuse before they begin, in every method', async () => {
      const from = local(60);
      hours = `${from.day}${from.time}-${local(90).time}`;
      await isp.user('jam-tutup', { loginHours: hours });
      for (const method of ['pap', 'chap', 'mschapv2'] as const)
        expect((await router.login('jam-tutup', 'rahasia', { method })).attributes['Reply-Message']).toBe(
          `outside the login hours (${hours})`,
        );
    });

    it('that are always are none', async () => {
      await isp.user('jam-selalu', { loginHours: 'Wk,Sa,Su' });
      const reply = await router.login('jam-selalu', 'rahasia');
      expect([reply.answer, reply.attributes['Session-Timeout']]).toEqual(['accept', undefined]);
    });

    it('over the end of the week go on into Monday', async () => {
      await isp.user('jam-minggu', { loginHours: 'Al2200-0500' });
      expect(await isp.query("SELECT MAX(to_s) AS n FROM login_hours WHERE hours = 'Al2200-0500'")).toEqual([{ n: 7 * DAY_S + 5 * 3600 }]);
    });
  });

  const quotas = { quotaBytes: 1e9, timeQuotaSeconds: 1e5, quotaWindow: 'month', fairUse: { bytes: 1e8, rateLimit: '1M/1M' } } as const;
  const rules = { deviceSlots: 3, devices: ['AA:BB:CC:00:00:01'], loginHours: 'Al0000-2359' } as const;

  it.each([
    ['one query for a login with quotas and fair use', 'hemat', 0, quotas, [/^SELECT password/]],
    [
      'a second one for login hours and device slots',
      'teratur',
      0,
      { ...quotas, ...rules },
      [/^SELECT password/, /^SELECT IF\(u\.fup_bytes/],
    ],
    ['a second one for who is at the limit of sessions', 'penuh', 1, quotas, [/^SELECT password/, /^SELECT COUNT\(\*\)/]],
  ])('costs %s', async (_, username, openSessions, plan, queries) => {
    await isp.user(username, plan);
    if (openSessions > 0)
      await isp.query(
        `INSERT INTO radacct (username, acctuniqueid, acctstarttime, acctupdatetime, callingstationid)
         VALUES ('${username}', '${username}', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'AA:BB:CC:00:00:01')`,
      );
    const attributes = { 'Calling-Station-Id': 'AA:BB:CC:00:00:01' };
    await router.login(username, 'rahasia', { attributes });
    await scenario.stored();
    const statements = (scenario.line.statements = []) as string[];
    const methods = ['pap', 'chap', 'mschap', 'mschapv2'] as const;
    for (const method of methods) expect((await router.login(username, 'rahasia', { method, attributes })).answer).toBe('accept');
    await scenario.stored();
    // A new connection sets its time zone.
    const asked = statements.filter((text) => !text.startsWith('SET SESSION'));
    expect(asked.map((text) => text.slice(0, 40))).toEqual(methods.flatMap(() => queries.map((query) => expect.stringMatching(query))));
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { AccountingUpkeep } from '@jala/radius';
import type { AttributeValue } from './support/radclient';
import { inParallel, type Isp, number, type Router, Scenario } from './support/scenario';

interface Row {
  readonly acctsessionid: string;
  readonly acctstarttime: Date;
  readonly acctupdatetime: Date;
  readonly acctstoptime: Date | null;
  readonly acctsessiontime: number;
  readonly acctinputoctets: string;
  readonly acctoutputoctets: string;
  readonly acctterminatecause: string;
}

const GIGAWORD = 4_294_967_296;

/** Counters as a router sends them: low 32 bits and gigawords. */
const usage = (seconds: number, input: number, output: number): Record<string, AttributeValue> => ({
  'Acct-Session-Time': number(seconds),
  'Acct-Input-Octets': number(input % GIGAWORD),
  'Acct-Input-Gigawords': number(Math.floor(input / GIGAWORD)),
  'Acct-Output-Octets': number(output % GIGAWORD),
  'Acct-Output-Gigawords': number(Math.floor(output / GIGAWORD)),
});

const classOf = (letter: string): Record<string, AttributeValue> => ({
  Class: { raw: `0x${Buffer.from(`jala:${letter.repeat(32)}`).toString('hex')}` },
});

describe('accounting', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;
  let other: Router;
  const user = { 'User-Name': 'budi', 'Calling-Station-Id': 'AA:BB:CC:00:00:01' };

  const rows = async (sessionId: string): Promise<Row[]> => {
    await scenario.stored();
    return isp.query<Row>('SELECT * FROM radacct WHERE acctsessionid = ? ORDER BY radacctid', [sessionId]);
  };
  /** The packets of one session are stored in the order in which they came. */
  const send = async (sessionId: string, packets: readonly [string, Record<string, AttributeValue>?][]): Promise<Row[]> => {
    for (const [status, attributes] of packets) {
      expect((await router.account(status, sessionId, { ...user, ...attributes })).answer).toBe('acknowledged');
    }
    return rows(sessionId);
  };

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router('127.0.3.1', { routerId: 31 });
    other = await isp.router('127.0.3.2', { routerId: 32 });
    await isp.user('budi', { quotaBytes: 1e15 });
  }, 60_000);
  afterAll(() => scenario.stop());

  it('turns Start, Interim and Stop into one session with right totals above 4 GiB', async () => {
    const input = 3 * GIGAWORD + 100;
    const output = 7 * GIGAWORD + 4_294_967_295;
    const found = await send('81000001', [
      ['Start', { 'Framed-IP-Address': { raw: '10.0.0.7' }, 'Framed-Protocol': { raw: 'PPP' }, 'NAS-Port-Id': 'ether2' }],
      ['Interim-Update', usage(300, GIGAWORD + 1, 5)],
      ['Stop', { ...usage(600, input, output), 'Acct-Terminate-Cause': { raw: 'User-Request' } }],
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      username: 'budi',
      acctsessiontime: 600,
      acctterminatecause: 'User-Request',
      framedipaddress: '10.0.0.7',
      nasipaddress: '127.0.3.1',
      nasportid: 'ether2',
      callingstationid: 'AA:BB:CC:00:00:01',
    });
    expect([Number(found[0]!.acctinputoctets), Number(found[0]!.acctoutputoctets)]).toEqual([input, output]);
    expect(found[0]!.acctstoptime).not.toBeNull();
    const [quota] = await isp.query<{ used_bytes: string }>("SELECT used_bytes FROM raduser WHERE username = 'budi'");
    expect(Number(quota!.used_bytes)).toBe(input + output);
    const ended = await isp.sessions((reader) => reader.list({ state: 'ended', page: 1, perPage: 10 }));
    expect(ended.rows).toMatchObject([
      { username: 'budi', routerId: 31, serviceType: 'pppoe', inputBytes: input, outputBytes: output, seconds: 600 },
    ]);
  });

  it('shows a session as live until its Stop', async () => {
    await send('80000002', [['Start', { 'User-Name': 'siti', 'Framed-IP-Address': { raw: '10.0.0.8' } }]]);
    expect([...(await isp.sessions((reader) => reader.presenceOf(['siti', 'dewi'])))]).toMatchObject([['siti', { online: true }]]);
    expect(await isp.sessions((reader) => reader.onlineOf('siti'))).toMatchObject([
      { acctSessionId: '80000002', framedIp: '10.0.0.8', serviceType: 'hotspot' },
    ]);
    await send('80000002', [['Stop', { 'User-Name': 'siti' }]]);
    expect((await isp.sessions((reader) => reader.presenceOf(['siti']))).get('siti')?.online ?? false).toBe(false);
  });

  it.each<[string, string, readonly [string, Record<string, AttributeValue>?][]]>([
    ['in order', '820001', [['Start'], ['Interim-Update', usage(60, 5000, 6000)], ['Stop', usage(120, 10_000, 20_000)]]],
    [
      'with the interim after the Stop',
      '820002',
      [['Start'], ['Stop', usage(120, 10_000, 20_000)], ['Interim-Update', usage(60, 5000, 6000)]],
    ],
    ['reversed', '820003', [['Stop', usage(120, 10_000, 20_000)], ['Interim-Update', usage(60, 5000, 6000)], ['Start']]],
    [
      'each three times',
      '820004',
      [
        ['Start'],
        ['Start'],
        ['Start'],
        ...Array(3).fill(['Interim-Update', usage(60, 5000, 6000)]),
        ...Array(3).fill(['Stop', usage(120, 10_000, 20_000)]),
      ],
    ],
    [
      'with the Start lost',
      '820005',
      [
        ['Interim-Update', usage(60, 5000, 6000)],
        ['Stop', usage(120, 10_000, 20_000)],
      ],
    ],
    ['with a Stop alone', '820006', [['Stop', usage(120, 10_000, 20_000)]]],
    ['with a Start after the Stop of the same session', '820007', [['Stop', usage(120, 10_000, 20_000)], ['Start']]],
  ])('ends with the same session when packets come %s', async (_, sessionId, packets) => {
    const found = await send(sessionId, packets);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ acctsessiontime: 120, acctstoptime: expect.any(Date) });
    expect([Number(found[0]!.acctinputoctets), Number(found[0]!.acctoutputoctets)]).toEqual([10_000, 20_000]);
    expect(found[0]!.acctstarttime.getTime()).toBeLessThanOrEqual(found[0]!.acctstoptime!.getTime() - 119_000);
  });

  it('keeps a reused Acct-Session-Id apart by Class, and one user from another without it', async () => {
    const found = await send('830001', [
      ['Start', classOf('a')],
      ['Stop', { ...usage(10, 111, 222), ...classOf('a') }],
      ['Start', classOf('b')],
      ['Interim-Update', { ...usage(5, 3, 4), ...classOf('b') }],
    ]);
    expect(new Map(found.map((row) => [Number(row.acctinputoctets), row.acctstoptime === null]))).toEqual(
      new Map([
        [111, false],
        [3, true],
      ]),
    );
    await send('830002', [['Start'], ['Start', { 'User-Name': 'dewi' }]]);
    expect(await rows('830002')).toHaveLength(2);
  });

  it('does not let one router write into the session of another, even with its Class', async () => {
    await send('830003', [['Start', classOf('c')]]);
    await other.account('Stop', '830003', { ...user, ...usage(1, 1, 1), ...classOf('c') });
    expect((await rows('830003')).map((row) => row.acctstoptime === null)).toEqual([true, false]);
  });

  it('closes only the sessions of the router that starts again, although both claim one address', async () => {
    const claim = { 'NAS-IP-Address': { raw: '192.168.88.1' } };
    await router.account('Start', '840001', { ...user, ...claim });
    await other.account('Start', '840002', { ...user, ...claim });
    await scenario.stored();
    expect((await router.account('Accounting-On', '', { ...claim }, 1)).answer).toBe('acknowledged');
    expect((await rows('840001'))[0]).toMatchObject({ acctstoptime: expect.any(Date), acctterminatecause: 'NAS-Reboot' });
    expect((await rows('840002'))[0]).toMatchObject({ acctstoptime: null, acctterminatecause: '' });
  });

  it('closes what was before a restart although it is stored after it, and not what comes later', async () => {
    const late = (delay: number) => ({ 'Acct-Delay-Time': number(delay) });
    await other.account('Start', '850001', { ...user, ...late(3_000) });
    await scenario.stored();
    await other.account('Accounting-Off', '', late(1_000));
    await scenario.stored();
    await other.account('Interim-Update', '850001', { ...user, ...usage(900, 77, 88), ...late(2_000) });
    await other.account('Start', '850002', { ...user, ...late(2_500) });
    await other.account('Start', '850003', user);
    const [before] = await rows('850001');
    expect(before).toMatchObject({ acctterminatecause: 'NAS-Reboot', acctsessiontime: 900 });
    expect(Number(before!.acctinputoctets)).toBe(77);
    expect((await rows('850002'))[0]).toMatchObject({ acctterminatecause: 'NAS-Reboot', acctstoptime: expect.any(Date) });
    expect((await rows('850003'))[0]).toMatchObject({ acctstoptime: null });
    // A session that goes on after all was not ended by the restart.
    await other.account('Interim-Update', '850001', { ...user, ...usage(4_000, 99, 99) });
    expect((await rows('850001'))[0]).toMatchObject({ acctstoptime: null, acctterminatecause: '' });
  });

  it('reopens a session that was taken for dead when a newer interim comes, not when an older one does', async () => {
    await send('860001', [['Start', { 'Acct-Delay-Time': number(3_000) }]]);
    await isp.query(
      "UPDATE radacct SET acctstoptime = acctupdatetime + INTERVAL 900 SECOND, acctterminatecause = 'Missed-Interim' WHERE acctsessionid = '860001'",
    );
    expect((await send('860001', [['Interim-Update', { ...usage(60, 1, 1), 'Acct-Delay-Time': number(2_800) }]]))[0]).toMatchObject({
      acctterminatecause: 'Missed-Interim',
    });
    expect((await send('860001', [['Interim-Update', usage(3_000, 2, 2)]]))[0]).toMatchObject({
      acctstoptime: null,
      acctterminatecause: '',
    });
    expect((await send('860001', [['Stop', { ...usage(3_001, 2, 2), 'Acct-Terminate-Cause': { raw: 'Lost-Carrier' } }]]))[0]).toMatchObject(
      { acctterminatecause: 'Lost-Carrier' },
    );
  });

  it('gives a session that was silent for long back to its late report, and counts every byte of the day once', async () => {
    const silent = await isp.router('127.0.3.4', { routerId: 34 });
    const say = async (status: string, seconds: number, input: number, output: number, delay = 0): Promise<Row> => {
      await silent.account(status, '865001', { ...user, ...usage(seconds, input, output), 'Acct-Delay-Time': number(delay) });
      return (await rows('865001'))[0]!;
    };
    const upkeep = new AccountingUpkeep(scenario.tenancy.database);
    await say('Start', 0, 0, 0, 2_000);
    await say('Interim-Update', 300, 500, 700, 1_700);
    await isp.tenant.run(() => upkeep.closeMissed(new Date()));
    expect((await rows('865001'))[0]).toMatchObject({
      acctterminatecause: 'Missed-Interim',
      acctsessiontime: 300,
      acctstoptime: expect.any(Date),
    });
    // Sent before the last one that is known, arriving now: nothing new.
    expect(await say('Interim-Update', 240, 400, 600, 1_760)).toMatchObject({ acctterminatecause: 'Missed-Interim', acctsessiontime: 300 });
    expect(await say('Interim-Update', 2_000, 900, 1_000)).toMatchObject({ acctstoptime: null, acctterminatecause: '' });
    await isp.tenant.run(() => upkeep.closeMissed(new Date()));
    expect((await rows('865001'))[0]).toMatchObject({ acctstoptime: null });
    const [day] = await isp.query<{ counted: string; moved: string }>(
      'SELECT (SELECT SUM(input_bytes + output_bytes) FROM usage_daily) AS counted, (SELECT SUM(acctinputoctets + acctoutputoctets) FROM radacct) AS moved',
    );
    expect(day!.counted).toBe(day!.moved);
  });

  it('takes a session back from the archive for a late packet or a new report, and counts every byte once', async () => {
    const old = await isp.router('127.0.3.5', { routerId: 35 });
    const month = 30 * 86_400;
    const say = async (id: string, status: string, seconds: number, input: number, delay = 0): Promise<void> => {
      await old.account(status, id, { ...user, ...usage(seconds, input, 1_000), 'Acct-Delay-Time': number(delay) });
      await scenario.stored();
    };
    const upkeep = new AccountingUpkeep(scenario.tenancy.database);
    const used = async (): Promise<number> =>
      Number((await isp.query<{ used_bytes: string }>('SELECT used_bytes FROM raduser'))[0]!.used_bytes);
    const before = await used();
    await say('866101', 'Interim-Update', month - 600, 5_000, 1_400);
    await say('866101', 'Stop', month, 9_000, 800);
    await say('866102', 'Interim-Update', month, 5_000, 2_000);
    await isp.tenant.run(() => upkeep.closeMissed(new Date()));
    // Their first packet looked in the archive too, and what may come from there stays for a day.
    await isp.query('DELETE FROM radacct_returns');
    await isp.tenant.run(() => upkeep.archiveBefore(new Date(Date.now() + 60_000)));
    expect([await rows('866101'), await rows('866102')]).toEqual([[], []]);
    await say('866101', 'Interim-Update', month - 300, 7_000, 1_100);
    await say('866101', 'Stop', month, 9_000, 800);
    await say('866102', 'Interim-Update', month + 2_000, 6_000);
    expect(await rows('866101')).toMatchObject([{ acctsessiontime: month, acctinputoctets: 9_000, acctstoptime: expect.any(Date) }]);
    expect(await rows('866102')).toMatchObject([{ acctinputoctets: 6_000, acctstoptime: null, acctterminatecause: '' }]);
    expect(await isp.query("SELECT * FROM radacct_archive WHERE acctsessionid LIKE '8661%'")).toEqual([]);
    expect((await used()) - before).toBe(9_000 + 6_000 + 2 * 1_000);
    const [day] = await isp.query<{ counted: string; moved: string }>(
      `SELECT (SELECT SUM(input_bytes + output_bytes) FROM usage_daily) AS counted,
        (SELECT SUM(acctinputoctets + acctoutputoctets) FROM (SELECT * FROM radacct UNION ALL SELECT * FROM radacct_archive) a) AS moved`,
    );
    expect(day!.counted).toBe(day!.moved);
  });

  it('goes by its own clock less the delay, and takes more than a week of delay for nonsense', async () => {
    const [week] = await send('866001', [['Start', { 'Acct-Delay-Time': number(604_799) }]]);
    expect(Math.abs(Date.now() - 604_799_000 - week!.acctstarttime.getTime())).toBeLessThan(20_000);
    const [more] = await send('866002', [['Start', { 'Acct-Delay-Time': number(604_800) }]]);
    expect(Math.abs(Date.now() - more!.acctstarttime.getTime())).toBeLessThan(20_000);
  });

  it('an Accounting-Off closes what is open, repeated without effect, and its router may go on at once', async () => {
    const third = await isp.router('127.0.3.3', { routerId: 33 });
    await third.account('Start', '867001', user);
    await third.account('Interim-Update', '867001', { ...user, ...usage(60, 10, 20) });
    await third.account('Start', '867002', { ...user, 'Acct-Delay-Time': number(10) });
    await third.account('Stop', '867002', { ...user, ...usage(5, 3, 4), 'Acct-Delay-Time': number(5) });
    await scenario.stored();
    await third.account('Accounting-Off', '', {}, 1);
    await third.account('Accounting-On', '', {}, 1);
    await third.account('Accounting-On', '', {}, 1);
    await scenario.stored();
    expect((await rows('867001'))[0]).toMatchObject({ acctterminatecause: 'NAS-Reboot', acctsessiontime: 60 });
    // What had ended by itself is left as it was.
    expect((await rows('867002'))[0]).toMatchObject({ acctterminatecause: '', acctsessiontime: 5 });
    await sleep(1_100);
    await third.account('Start', '867003', user);
    expect((await rows('867003'))[0]).toMatchObject({ acctstoptime: null });
  });

  it('goes by its own clock less the delay, whatever a router without a clock believes', async () => {
    const [row] = await send('870001', [['Start', { 'Event-Timestamp': number(86_400), 'Acct-Delay-Time': number(100) }]]);
    expect(Math.abs(Date.now() - 100_000 - row!.acctstarttime.getTime())).toBeLessThan(20_000);
  });

  it('stores hostile values as values, and never stops at one', async () => {
    const hostile = `'); DROP TABLE radacct; -- "\\ %{sql:SELECT 1}\n\tTenant-DB = "t_other"`;
    await router.account('Start', '8\'8"0001', { ...user, 'Called-Station-Id': hostile, 'NAS-Port-Id': 'x'.repeat(200) });
    await router.account('Start', '880002', {
      'User-Name': { raw: '"bu\\377di\\000"' },
      'Acct-Session-Time': number(4_294_967_295),
      'Acct-Delay-Time': number(4_294_967_295),
    });
    await router.account('Start', '880003', { 'User-Name': 'y'.repeat(253), 'Connect-Info': '€'.repeat(80) });
    await router.account('Interim-Update', '880004', {
      ...user,
      ...usage(1, 2 ** 53, 1),
      'Acct-Output-Gigawords': number(4_294_967_295),
      'Acct-Output-Octets': number(4_294_967_295),
    });
    await router.account('Start', '880005', user);
    expect(await rows('880005')).toHaveLength(1);
    for (const sessionId of ['880002', '880003', '880004']) expect(await rows(sessionId)).toHaveLength(1);
    expect(
      (await isp.query<{ calledstationid: string }>("SELECT calledstationid FROM radacct WHERE calledstationid LIKE '%DROP TABLE%'"))
        .length,
    ).toBe(1);
  });

  it('acknowledges what it does not keep', async () => {
    expect((await router.account('Tunnel-Start', 'tunnel', user)).answer).toBe('acknowledged');
    expect(await rows('tunnel')).toEqual([]);
  });

  it('puts aside what belongs to a tenant that is gone, and goes on with everybody else', async () => {
    const gone = await isp.router('127.0.3.9', { tenantDb: 't_no_such_tenant' });
    await inParallel(Array.from({ length: 40 }), (_, index) => gone.account('Start', `gone-${index}`, user), 8);
    await inParallel(Array.from({ length: 40 }), (_, index) => router.account('Start', `900${index}`, user), 8);
    await scenario.stored();
    expect(await isp.query("SELECT * FROM radacct WHERE acctsessionid LIKE '900%'")).toHaveLength(40);
  });

  it('survives the drain being killed in the middle, without a duplicate', async () => {
    const total = 150;
    const feeding = inParallel(Array.from({ length: total }), async (_, index) => {
      await router.account('Start', `910${index}`, user);
      await router.account('Stop', `910${index}`, { ...user, ...usage(index, index, 2 * index) });
    });
    for (let kill = 0; kill < 3; kill++) {
      await sleep(300);
      await scenario.server.kill('drain', 'SIGKILL');
      await scenario.server.launch('drain');
    }
    await feeding;
    await scenario.stored();
    const found = await isp.query<Row>("SELECT * FROM radacct WHERE acctsessionid LIKE '910%'");
    expect(found).toHaveLength(total);
    for (const row of found) {
      const index = Number(row.acctsessionid.slice(3));
      expect(row.acctstoptime).not.toBeNull();
      expect([Number(row.acctinputoctets), Number(row.acctoutputoctets)]).toEqual([index, 2 * index]);
    }
  }, 90_000);
});

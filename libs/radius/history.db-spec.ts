import { createTestTenancy, type TestTenancy, type TestTenant, watchStatements } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { HistoryReader } from './history.repository';
import { ArchivedSessions } from './archived-sessions.repository';
import { SessionsReader } from './sessions.repository';
import { radiusEntities } from './stock.entities';

const NOW = new Date('2026-03-10T02:00:00.000Z');
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);
const NEWEST = { at: NOW, id: Number.MAX_SAFE_INTEGER };

interface Plan {
  table: string;
  key: string | null;
  rows: string;
  Extra: string;
}

describe('the history of users and routers', () => {
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let history: HistoryReader;
  let sessions: SessionsReader;
  const rows = <T = unknown>(sql: string, params?: unknown[]): Promise<T> => tenant.run(() => tenancy.database.query<T>(sql, params));
  const login = (
    username: string,
    seconds: number,
    { accepted = false, router = 1, mac = '', reason = 'wrong password' } = {},
  ): Promise<unknown> =>
    rows('INSERT INTO radpostauth (username, reply, reason, authdate, router_id, callingstationid) VALUES (?, ?, ?, ?, ?, ?)', [
      username,
      accepted ? 'Access-Accept' : 'Access-Reject',
      accepted ? '' : reason,
      ago(seconds),
      router,
      mac,
    ]);
  /** How the database would answer what `read` asks: the index it walks, and whether it has to sort. */
  const plansOf = async (read: () => Promise<unknown>): Promise<Plan[]> => {
    const statements = watchStatements();
    await tenant.run(read);
    const asked = statements.sent().filter(([sql]) => /^\(?SELECT (?!COUNT)/.test(sql));
    statements.stop();
    expect(asked.length).toBeGreaterThan(0);
    const plans: Plan[] = [];
    for (const [sql, params] of asked)
      plans.push(...(await rows<Plan[]>(`EXPLAIN ${sql}`, params)).filter(({ table }) => /^rad/.test(table ?? '')));
    return plans;
  };

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: radiusEntities });
    history = new HistoryReader(tenancy.database);
    sessions = new SessionsReader(tenancy.database, new ArchivedSessions(tenancy.database), new FixedClock(NOW));
    tenant = await tenancy.create();
  });
  afterAll(() => tenancy.drop());
  beforeEach(async () => {
    await rows('DELETE FROM radpostauth');
    await rows('DELETE FROM radacct');
    await rows('DELETE FROM radacct_archive');
  });

  it('goes on exactly where a page ended, also within one second', async () => {
    for (let i = 0; i < 7; i += 1) await login('budi', i < 5 ? 60 : 120);
    const seen: number[] = [];
    let before: { at: Date; id: number } = NEWEST;
    for (let page = 0; page < 4; page += 1) {
      const found = await tenant.run(() => history.logins({ username: 'budi' }, false, { before, limit: 2 }));
      seen.push(...found.map(({ id }) => id));
      if (found.length > 0) before = { at: found.at(-1)!.at, id: found.at(-1)!.id };
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it('finds refused names that nobody knows, by their start or by the device', async () => {
    await login('siti', 10, { reason: 'no such user', mac: 'AA:BB:CC:00:00:01' });
    await login('budi', 20, { mac: 'AA:BB:CC:00:00:02' });
    await login('siti', 5, { accepted: true });
    const find = async (search?: string): Promise<string[]> =>
      (await tenant.run(() => history.allLogins({ accepted: false, search, before: NEWEST, limit: 10 }))).map(({ username }) => username);
    expect(await find()).toEqual(['siti', 'budi']);
    expect(await find('SIT')).toEqual(['siti']);
    expect(await find('aabb.cc00.0002')).toEqual(['budi']);
    expect(await find('%')).toEqual([]);
  });

  it('has the rate between the last two reports, and none before the second', async () => {
    const insert = `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctinterval, acctsessiontime,
      acctinputoctets, acctoutputoctets, previous_input, previous_output) VALUES (?, ?, ?, 1, ?, ?, ?, 600, ?, ?, ?, ?)`;
    await rows(insert, ['81a', '81a', 'slow', ago(600), ago(10), 300, 2_000, 40_000, 1_000, 10_000]);
    await rows(insert, ['81b', '81b', 'quick', ago(700), ago(10), 100, 1e9, 5e9, 0, 0]);
    await rows(insert, ['81c', '81c', 'new', ago(20), ago(10), null, 500, 500, null, null]);
    const page = await tenant.run(() => sessions.list({ state: 'online', fastest: true, page: 1, perPage: 10 }));
    expect(page.rows.map(({ username, inputBps, outputBps }) => [username, inputBps, outputBps])).toEqual([
      ['quick', 80e6, 400e6],
      ['slow', 27, 800],
      ['new', null, null],
    ]);
  });

  it('goes on into the archive, where closed months are', async () => {
    const insert = (table: string, id: number, start: number, stop: number): Promise<unknown> =>
      rows(
        `INSERT INTO ${table} (radacctid, acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime) VALUES (?, ?, ?, 'budi', 1, ?, ?, ?)`,
        [id, `81${id}`, `u${id}`, ago(start), ago(stop), ago(stop)],
      );
    await insert('radacct', 9, 300, 200);
    await insert('radacct', 8, 900, 800);
    await insert('radacct_archive', 7, 9_000, 8_000);
    const page = { before: NEWEST, limit: 5 };
    const ids = async (read: () => Promise<{ id: number }[]>): Promise<number[]> => (await tenant.run(read)).map(({ id }) => id);
    expect(await ids(() => history.ended({ username: 'budi' }, page))).toEqual([9, 8, 7]);
    expect(await ids(() => history.started({ routerId: 1 }, page))).toEqual([9, 8, 7]);
    expect(await ids(() => history.ended({ username: 'budi' }, { ...page, before: { at: ago(800), id: 8 } }))).toEqual([7]);
    const all = { since: ago(10_000), until: NOW };
    const [newest] = await tenant.run(() => history.endedIn(all, false, undefined, 1));
    expect(await ids(() => history.endedIn(all, false, newest, 5))).toEqual([8]);
    expect(await ids(() => history.endedIn(all, true, undefined, 5))).toEqual([7]);
  });

  describe('the list of ended sessions', () => {
    const insert = (
      table: string,
      id: number,
      stop: number,
      over: { username?: string; router?: number; mac?: string; ip?: string; ppp?: boolean } = {},
    ) =>
      rows(
        `INSERT INTO ${table} (radacctid, acctsessionid, acctuniqueid, username, router_id, callingstationid, framedipaddress, framedprotocol, acctstarttime, acctupdatetime, acctstoptime)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          id,
          `${id}`,
          `u${id}`,
          over.username ?? 'budi',
          over.router ?? 1,
          over.mac ?? '',
          over.ip ?? '',
          over.ppp ? 'PPP' : '',
          ago(stop + 60),
          ago(stop),
          ago(stop),
        ],
      );
    const list = async (filter: object, page = 1, perPage = 3): Promise<[number[], number]> => {
      const found = await tenant.run(() => sessions.list({ state: 'ended', page, perPage, ...filter }));
      return [found.rows.map(({ id }) => id), found.total];
    };

    beforeEach(async () => {
      for (const id of [99, 98, 97, 96]) await insert('radacct', id, 1_000 - id);
      for (const id of [9, 8, 7, 6, 5]) await insert('radacct_archive', id, 9_000 - id);
      await insert('radacct_archive', 4, 9_500, { username: 'siti', router: 2, mac: 'AA:BB:CC:00:00:01', ip: '10.0.0.7', ppp: true });
    });

    it('goes on into the archive, page by page, without a gap and without a session twice', async () => {
      expect([await list({}), await list({}, 2), await list({}, 3), await list({}, 4), await list({}, 5)]).toEqual([
        [[99, 98, 97], 10],
        [[96, 9, 8], 10],
        [[7, 6, 5], 10],
        [[4], 10],
        [[], 10],
      ]);
      const ofBudi = (page: number) => tenant.run(() => sessions.forUser('budi', { page, perPage: 5 }));
      expect([(await ofBudi(1)).rows.map(({ id }) => id), (await ofBudi(2)).rows.map(({ id }) => id), (await ofBudi(1)).total]).toEqual([
        [99, 98, 97, 96, 9],
        [8, 7, 6, 5],
        9,
      ]);
      expect((await tenant.run(() => sessions.find(4)))?.username).toBe('siti');
    });

    it.each([
      ['a router', { routerId: 2 }],
      ['the start of a name', { search: 'SIT' }],
      ['a device', { search: 'aabb.cc00.0001' }],
      ['an address', { search: '10.0.0.7' }],
      ['a service', { serviceType: 'pppoe' }],
      ['all of it', { routerId: 2, search: 's', serviceType: 'pppoe' }],
    ])('finds an archived session by %s', async (_, filter) => {
      expect(await list(filter)).toEqual([[4], 1]);
    });

    it('finds one by its plan, and nothing for another', async () => {
      await rows("INSERT INTO radusergroup (username, groupname) VALUES ('siti', 'plan_7')");
      expect([await list({ group: 'plan_7' }), await list({ group: 'plan_8' }), await list({ search: 'zz' })]).toEqual([
        [[4], 1],
        [[], 0],
        [[], 0],
      ]);
    });
  });

  it('keeps to its tenant', async () => {
    await login('budi', 10);
    const other = await tenancy.create();
    expect(await other.run(() => history.logins({ username: 'budi' }, false, { before: NEWEST, limit: 5 }))).toEqual([]);
    expect(await other.run(() => history.allLogins({ accepted: false, before: NEWEST, limit: 5 }))).toEqual([]);
  });

  describe('with forty thousand rows', () => {
    beforeEach(async () => {
      await rows(
        `INSERT INTO radpostauth (username, reply, reason, authdate, router_id)
        SELECT CONCAT('user', seq MOD 200), IF(seq MOD 5 = 0, 'Access-Reject', 'Access-Accept'), '', ? - INTERVAL seq SECOND, seq MOD 20 FROM seq_1_to_40000`,
        [NOW],
      );
      await rows(
        `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime)
         SELECT seq, seq, CONCAT('user', seq MOD 200), seq MOD 20, ? - INTERVAL seq + 60 SECOND, ? - INTERVAL seq SECOND, IF(seq > 500, ? - INTERVAL seq SECOND, NULL), 60
           FROM seq_1_to_40000`,
        [NOW, NOW, NOW],
      );
      await rows(
        `INSERT INTO radacct_archive (radacctid, acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime)
         SELECT radacctid + 1000000, acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime, 60 FROM radacct WHERE acctstoptime IS NOT NULL`,
      );
      await rows('ANALYZE TABLE radpostauth, radacct, radacct_archive');
    });

    it('walks one index in its order and never sorts', async () => {
      const page = { before: NEWEST, limit: 61 };
      const user = { username: 'user7' };
      const router = { routerId: 7 };
      const plans = await plansOf(async () => {
        await history.logins(user, true, page);
        await history.logins(user, false, page);
        await history.logins(router, false, page);
        await history.allLogins({ accepted: false, ...page });
        await history.started(user, page);
        await history.ended(user, page);
        await history.started(router, page);
        await history.ended(router, page);
        for (const archived of [false, true]) await history.endedIn({ since: ago(20_000), until: NOW }, archived, undefined, 500);
        await sessions.list({ state: 'ended', page: 1, perPage: 25 });
        await sessions.list({ state: 'ended', routerId: 7, page: 1, perPage: 25 });
      });
      // A page of the archive is found in its index first, and then fetched by key.
      expect(
        plans
          .filter(({ key, table }) => key === null || (key === 'PRIMARY' && table !== 'radacct_archive'))
          .map(({ key, Extra }) => [key, Extra]),
      ).toEqual([]);
      expect(plans.filter(({ Extra }) => Extra.includes('filesort'))).toEqual([]);
    });

    it('stands on an index for whatever is looked for in the archive', async () => {
      await rows('DELETE FROM radacct');
      const page = { state: 'ended', page: 20, perPage: 25 } as const;
      const plans = await plansOf(async () => {
        await sessions.list(page);
        await sessions.list({ ...page, routerId: 7 });
        await sessions.list({ ...page, page: 1, search: 'user7' });
        await sessions.list({ ...page, page: 1, search: '10.0.0.7' });
        await sessions.list({ ...page, page: 1, search: 'AA:BB:CC:00:00:01' });
        await sessions.list({ ...page, serviceType: 'hotspot' });
        await sessions.forUser('user7', { page: 3, perPage: 25 });
      });
      const archive = plans.filter(({ table }) => table === 'radacct_archive');
      expect([...new Set(archive.map(({ key }) => key))].sort()).toEqual(expect.arrayContaining(['ended', 'router_ended', 'user_ended']));
      // The few users that a name begins are sorted together; a page of everybody, of a router or of a user is not.
      const sorted = archive.filter(
        ({ key, Extra, rows: found }) => Extra.includes('filesort') && !(key === 'user_ended' && Number(found) < 5_000),
      );
      expect([archive.filter(({ key }) => key === null), sorted]).toEqual([[], []]);
    });
  });
});

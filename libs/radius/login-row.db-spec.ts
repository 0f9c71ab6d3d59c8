import { createTestTenant } from '@jala/infra/testing';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { radiusEntities } from './stock.entities';

const budi = { username: 'budi', password: 'rahasia', status: 'active', expiresAt: null, group: 'plan_1', rateLimit: '5M/10M' } as const;

/** What a login reads from raduser although it belongs to other tables (0015-login-in-one-row.sql). */
describe('the row that a login reads', () => {
  let tenant: Awaited<ReturnType<typeof createTestTenant>>;
  let writer: RadiusWriter;
  const query = <T>(sql: string, params?: unknown[]) => tenant.run(() => tenant.database.query<T[]>(sql, params));
  const column = async (name: string, username = 'budi') =>
    (await query<Record<string, unknown>>(`SELECT ${name} AS value FROM raduser WHERE username = ?`, [username]))[0]?.value;
  const session = (id: string, username: string, stopped = false) =>
    query(
      `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime)
       VALUES (?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP(), ${stopped ? 'UTC_TIMESTAMP()' : 'NULL'})`,
      [id, username],
    );

  beforeAll(async () => {
    tenant = await createTestTenant({ entities: radiusEntities });
    writer = new RadiusWriter(new RadiusUsersRepository(tenant.database));
  });
  afterAll(() => tenant.drop());
  beforeEach(async () => {
    for (const table of ['radacct', 'radcheck', 'radusergroup', 'raduser']) await query(`DELETE FROM ${table}`);
    await tenant.run(() => writer.putUser(budi));
  });

  describe('has the password', () => {
    it('of the managed row, with backslashes as FreeRADIUS reads them', async () => {
      expect(await column('password')).toBe('rahasia');
      await tenant.run(() => writer.setPassword('budi', 'a\\b\'"ü'));
      expect(await column('password')).toBe('a\\\\b\'"ü');
    });

    it("never an operator's own, nor one of another attribute", async () => {
      await query("INSERT INTO radcheck (username, attribute, op, value) VALUES ('budi', 'Cleartext-Password', ':=', 'asing')");
      await query("INSERT INTO radcheck (username, attribute, op, value, jala_managed) VALUES ('budi', 'Login-Time', ':=', 'Al', 1)");
      expect(await column('password')).toBe('rahasia');
      await query("DELETE FROM radcheck WHERE attribute = 'Login-Time' OR value = 'asing'");
      expect(await column('password')).toBe('rahasia');
    });

    it.each([
      ['is deleted', 'DELETE FROM radcheck'],
      ["becomes an operator's own", 'UPDATE radcheck SET jala_managed = 0'],
      ['becomes something else', "UPDATE radcheck SET attribute = 'NT-Password'"],
      ['becomes that of somebody else', "UPDATE radcheck SET username = 'siti'"],
    ])('no longer when the row %s', async (_, change) => {
      await query(change);
      expect(await column('password')).toBeNull();
    });

    it('under the new name', async () => {
      await tenant.run(() => writer.renameUser('budi', 'budi.s'));
      expect(await column('password', 'budi.s')).toBe('rahasia');
    });
  });

  describe('has the number of open sessions', () => {
    it('as they begin, end, begin again and are deleted', async () => {
      await session('a', 'budi');
      await session('b', 'BUDI');
      await session('c', 'budi', true);
      await session('d', 'siti');
      expect(await column('open_sessions')).toBe(2);
      await query("UPDATE radacct SET acctstoptime = UTC_TIMESTAMP() WHERE acctuniqueid IN ('a', 'c')");
      expect(await column('open_sessions')).toBe(1);
      await query("UPDATE radacct SET acctstoptime = NULL WHERE acctuniqueid = 'a'");
      expect(await column('open_sessions')).toBe(2);
      await query("DELETE FROM radacct WHERE acctuniqueid IN ('b', 'c')");
      expect(await column('open_sessions')).toBe(1);
    });

    it('that were there before the user, and not those of a name that it had', async () => {
      await session('a', 'siti');
      await tenant.run(() => writer.putUser({ ...budi, username: 'siti' }));
      expect(await column('open_sessions', 'siti')).toBe(1);
      await session('b', 'budi');
      await session('c', 'budi.s');
      await tenant.run(() => writer.renameUser('budi', 'budi.s'));
      expect(await column('open_sessions', 'budi.s')).toBe(2);
    });

    it('also of a user who is written again', async () => {
      await session('a', 'budi');
      await tenant.run(() => writer.putUser({ ...budi, password: 'lain' }));
      expect(await column('open_sessions')).toBe(1);
    });
  });

  it.each([
    [{}, 0],
    [{ deviceSlots: 2 }, 1],
    [{ loginHours: 'Wk0800-1700' }, 1],
    [{ addressList: 'anak' }, 1],
    [{ ipv6Pool: 'v6' }, 1],
    [{ fairUse: { bytes: 10, rateLimit: '1M/1M' } }, 0],
    [{ quotaBytes: 10, timeQuotaSeconds: 10, sharedUsers: 3, pool: 'p', framedIp: '10.0.0.9' }, 0],
  ])('says whether there is more to ask for: %j', async (rules, expected) => {
    await tenant.run(() => writer.putUser({ ...budi, ...rules }));
    expect(await column('further_rules')).toBe(expected);
  });

  it('says that fair use is reached', async () => {
    await tenant.run(() => writer.putUser({ ...budi, fairUse: { bytes: 10, rateLimit: '1M/1M' } }));
    await query('UPDATE raduser SET used_bytes = 10');
    expect(await column('further_rules')).toBe(1);
  });
});

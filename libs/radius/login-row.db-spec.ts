import { createTestTenant } from '@jala/infra/testing';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { radiusEntities } from './stock.entities';

const budi = { username: 'budi', password: 'rahasia', status: 'active', expiresAt: null, group: 'plan_1', rateLimit: '5M/10M' } as const;

/** What a login reads from raduser although it belongs to other tables (migration 0015), and as a login compares it (0017). */
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

  describe('says what is left', () => {
    const GIB = 2 ** 30;
    const change = (set: string) => query(`UPDATE raduser SET ${set} WHERE username = 'budi'`);
    const left = async () =>
      (
        await query<Record<string, unknown>>(
          `SELECT standing, at_most_s, bytes_left_low, bytes_left_high,
             UNIX_TIMESTAMP() NOT BETWEEN plain_from AND plain_until AS ask_more FROM raduser WHERE username = 'budi'`,
        )
      )[0];
    const NOTHING_LIMITED = { standing: 'active', at_most_s: 2147483647, bytes_left_low: null, bytes_left_high: null, ask_more: 0 };

    it('to one without limits', async () => expect(await left()).toEqual(NOTHING_LIMITED));

    it.each([
      ['nothing is used', 'used_bytes = 0', { bytes_left_low: 2 * GIB, bytes_left_high: 2, at_most_s: 60 }],
      ['some is', `used_bytes = ${GIB}, used_seconds = 59`, { bytes_left_low: GIB, bytes_left_high: 2, at_most_s: 1 }],
      ['one byte is left', `used_bytes = ${10 * GIB - 1}`, { bytes_left_low: 1, bytes_left_high: 0, at_most_s: 60 }],
      ['no byte is', `used_bytes = ${10 * GIB}`, { standing: 'data used up', bytes_left_low: 0, bytes_left_high: 0, at_most_s: 60 }],
      ['more was used', `used_bytes = ${11 * GIB}`, { standing: 'data used up', bytes_left_low: 0, bytes_left_high: 0, at_most_s: 60 }],
      ['no second is', 'used_seconds = 60', { standing: 'time used up', bytes_left_low: 2 * GIB, bytes_left_high: 2 }],
      [
        'it was used in another window',
        "used_bytes = 5, used_seconds = 60, used_window = 'day'",
        { bytes_left_low: 2 * GIB, bytes_left_high: 2, at_most_s: 60 },
      ],
    ])('of quotas when %s', async (_, set, expected) => {
      await tenant.run(() => writer.putUser({ ...budi, quotaBytes: 10 * GIB, timeQuotaSeconds: 60 }));
      await change(set);
      expect(await left()).toEqual({ ...NOTHING_LIMITED, ...expected });
    });

    it.each([
      ['is over, when more has to be asked for', '0 SECOND', 1],
      ['is not over', '-3 SECOND', 0],
    ])('of a window that %s', async (_, since, wanted) => {
      await tenant.run(() => writer.putUser({ ...budi, quotaBytes: GIB, quotaWindow: 'day' }));
      await change(`used_bytes = ${GIB}, used_window = 'day', used_until = UTC_TIMESTAMP() - INTERVAL ${since}`);
      expect(await left()).toMatchObject({ standing: 'data used up', ask_more: wanted });
    });

    it('of a session, whichever limit comes first', async () => {
      await tenant.run(() => writer.putUser({ ...budi, timeQuotaSeconds: 60, sessionSeconds: 30 }));
      expect(await left()).toMatchObject({ at_most_s: 30 });
      await change('used_seconds = 50');
      expect(await left()).toMatchObject({ at_most_s: 10 });
    });

    it('never more than the office allows', async () => {
      await tenant.run(() => writer.putUser({ ...budi, quotaBytes: GIB }));
      await change(`used_bytes = ${GIB}, status = 'suspended'`);
      expect(await left()).toMatchObject({ standing: 'suspended' });
    });

    it('of the validity, in seconds since 1970', async () => {
      expect(Number(await column('expires_s'))).toBe(9_999_999_999);
      await change("expires_at = '2038-01-19 03:14:09'");
      expect(Number(await column('expires_s'))).toBe(2 ** 31 + 1);
    });
  });

  it('names the only device, or that it will be the first one', async () => {
    expect(await column('only_mac')).toBeNull();
    await tenant.run(() => writer.putUser({ ...budi, macLock: true }));
    expect(await column('only_mac')).toBe('first');
    await tenant.run(() => writer.putUser({ ...budi, macLock: true, mac: '02:00:00:00:00:01' }));
    expect(await column('only_mac')).toBe('02:00:00:00:00:01');
  });

  it('says how many devices there may be when as many are connected', async () => {
    await tenant.run(() => writer.putUser({ ...budi, sharedUsers: 2 }));
    await session('a', 'budi');
    expect(await column('at_limit')).toBe(0);
    await session('b', 'budi');
    expect(await column('at_limit')).toBe(2);
  });

  it.each([
    [29, 1],
    [31, 0],
  ])('is to be asked for more for half a minute after the first login: %i s, %i', async (ago, wanted) => {
    await query(`UPDATE raduser SET first_login_at = UTC_TIMESTAMP() - INTERVAL ${ago} SECOND`);
    expect(await column('UNIX_TIMESTAMP() NOT BETWEEN plain_from AND plain_until')).toBe(wanted);
  });
});

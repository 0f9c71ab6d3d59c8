import { createTestTenant } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { LoginsReader } from './logins.repository';
import type { RadiusUser } from './radius-user';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { ArchivedSessions } from './archived-sessions.repository';
import { SessionsReader } from './sessions.repository';
import { radiusEntities } from './stock.entities';

const budi: RadiusUser = {
  username: 'budi',
  password: 'it\'s "so" \\ ü',
  status: 'active',
  expiresAt: new Date('2026-01-31T16:59:59.000Z'),
  group: 'plan_1',
  rateLimit: '5M/10M',
  quotaBytes: 5_000_000_000_000,
};

describe('the RADIUS tables of a tenant', () => {
  let tenant: Awaited<ReturnType<typeof createTestTenant>>;
  let writer: RadiusWriter;
  const query = <T>(sql: string, params?: unknown[]) => tenant.run(() => tenant.database.query<T[]>(sql, params));

  beforeAll(async () => {
    tenant = await createTestTenant({ entities: radiusEntities });
    writer = new RadiusWriter(new RadiusUsersRepository(tenant.database));
  });
  afterAll(() => tenant.drop());
  beforeEach(async () => {
    for (const table of ['raduser', 'radcheck', 'radreply', 'radusergroup', 'radgroupreply', 'radacct', 'radpostauth'])
      await query(`DELETE FROM ${table}`);
  });

  it('has one managed row each for a new user, readable by a stock FreeRADIUS too', async () => {
    await tenant.run(() => writer.putUser({ ...budi, framedIp: '10.0.0.9' }));
    expect(await query('SELECT username, attribute, op, value, jala_managed FROM radcheck')).toEqual([
      { username: 'budi', attribute: 'Cleartext-Password', op: ':=', value: budi.password, jala_managed: 1 },
    ]);
    expect(await query('SELECT attribute, op, value FROM radreply')).toEqual([
      { attribute: 'Framed-IP-Address', op: '=', value: '10.0.0.9' },
    ]);
    expect(await query('SELECT groupname, jala_managed FROM radusergroup')).toEqual([{ groupname: 'plan_1', jala_managed: 1 }]);
    expect(await tenant.run(() => writer.find('BUDI'))).toMatchObject({
      username: 'budi',
      status: 'active',
      expiresAt: budi.expiresAt,
      rateLimit: '5M/10M',
      quotaBytes: 5_000_000_000_000,
      usedBytes: 0,
      sharedUsers: 1,
      interimSeconds: 300,
    });
  });

  it("writes the same user again without touching usage or an operator's own rows", async () => {
    await tenant.run(() => writer.putUser(budi));
    await query("UPDATE raduser SET used_bytes = 7 WHERE username = 'budi'");
    await query("INSERT INTO radreply (username, attribute, op, value) VALUES ('budi', 'Mikrotik-Group', ':=', 'vip')");
    await tenant.run(() => writer.putUser({ ...budi, password: 'another', group: 'plan_2', rateLimit: null }));
    expect(await query('SELECT value FROM radcheck')).toEqual([{ value: 'another' }]);
    expect(await query('SELECT groupname FROM radusergroup')).toEqual([{ groupname: 'plan_2' }]);
    expect(await query('SELECT attribute FROM radreply')).toEqual([{ attribute: 'Mikrotik-Group' }]);
    expect(await tenant.run(() => writer.find('budi'))).toMatchObject({ usedBytes: 7, rateLimit: null });
  });

  it("knows of an operator's own rows whichever way they come, and forgets them when the user is written again", async () => {
    const marked = async (username = 'budi') => (await tenant.run(() => writer.find(username)))?.operatorRows;
    await tenant.run(async () => {
      await writer.putUser(budi);
      await writer.putUser({ ...budi, username: 'siti', group: 'plan_2' });
    });
    const ways = [
      [
        "INSERT INTO radcheck (username, attribute, op, value) VALUES ('BUDI', 'Login-Time', ':=', 'Al')",
        'DELETE FROM radcheck WHERE jala_managed = 0',
      ],
      ["INSERT INTO radreply (username, attribute, op, value) VALUES ('budi', 'Mikrotik-Group', ':=', 'x')", 'DELETE FROM radreply'],
      ["INSERT INTO radusergroup (username, groupname) VALUES ('budi', 'vip')", 'DELETE FROM radusergroup WHERE jala_managed = 0'],
      [
        "INSERT INTO radgroupcheck (groupname, attribute, op, value) VALUES ('plan_1', 'Login-Time', ':=', 'Al')",
        'DELETE FROM radgroupcheck',
      ],
      [
        "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES ('plan_1', 'Mikrotik-Group', ':=', 'x')",
        'DELETE FROM radgroupreply',
      ],
      ["UPDATE radcheck SET jala_managed = 0 WHERE username = 'budi'", "DELETE FROM radcheck WHERE username = 'budi'"],
    ] as const;
    for (const [add, take] of ways) {
      expect([add, await marked()]).toEqual([add, 0]);
      await query(add);
      expect([add, await marked()]).toEqual([add, 1]);
      await tenant.run(() => writer.putUser(budi));
      expect([add, await marked()]).toEqual([add, 1]);
      await query(take);
      await tenant.run(() => writer.putUser(budi));
    }
    expect(await marked('siti')).toBe(0);
    await query("INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES ('plan_3', 'Mikrotik-Group', ':=', 'x')");
    await tenant.run(() => writer.assignGroup('siti', { name: 'plan_3', rateLimit: null }));
    expect(await marked('siti')).toBe(1);
  });

  it('takes back everything with the transaction around it', async () => {
    await expect(
      tenant.run(() =>
        tenant.database.transaction(async () => {
          await writer.putUser(budi);
          throw new Error('the caller changed its mind');
        }),
      ),
    ).rejects.toThrow('changed its mind');
    expect(await tenant.run(() => writer.find('budi'))).toBeNull();
    expect(await query('SELECT * FROM radcheck')).toEqual([]);
  });

  it('holds every user of a group to what the group becomes, and nobody else', async () => {
    await tenant.run(async () => {
      await writer.putUser(budi);
      await writer.putUser({ ...budi, username: 'siti' });
      await writer.putUser({ ...budi, username: 'dewi', group: 'plan_2' });
      await expect(
        writer.putGroup({ name: 'plan_1', rateLimit: '1M/2M', fairUse: { bytes: 10, rateLimit: '64k/128k' }, sharedUsers: null }),
      ).resolves.toBe(2);
    });
    expect(
      await query('SELECT username, rate_limit, fup_bytes, fup_rate_limit, quota_bytes, shared_users FROM raduser ORDER BY username'),
    ).toMatchObject([
      { username: 'budi', rate_limit: '1M/2M', fup_rate_limit: '64k/128k', quota_bytes: null, shared_users: null },
      { username: 'dewi', rate_limit: '5M/10M', fup_rate_limit: null, shared_users: 1 },
      { username: 'siti', rate_limit: '1M/2M' },
    ]);
    expect(await query('SELECT groupname, attribute, op, value, jala_managed FROM radgroupreply')).toEqual([
      { groupname: 'plan_1', attribute: 'Mikrotik-Rate-Limit', op: '=', value: '1M/2M', jala_managed: 1 },
    ]);
  });

  it('moves one user to another plan, keeps what was used, and starts a period with nothing used', async () => {
    await tenant.run(() => writer.putUser(budi));
    await query("UPDATE raduser SET used_bytes = 7 WHERE username = 'budi'");
    await tenant.run(() => writer.assignGroup('budi', { name: 'plan_9', rateLimit: '9M/9M', quotaBytes: 100 }));
    expect(await tenant.run(() => writer.find('budi'))).toMatchObject({ rateLimit: '9M/9M', quotaBytes: 100, usedBytes: 7 });
    expect(await query('SELECT groupname FROM radusergroup')).toEqual([{ groupname: 'plan_9' }]);
    const end = new Date('2027-01-01T00:00:00.000Z');
    await expect(tenant.run(() => writer.startPeriod('budi', end))).resolves.toBe(true);
    expect(await tenant.run(() => writer.find('budi'))).toMatchObject({ status: 'active', usedBytes: 0, expiresAt: end });
    await expect(tenant.run(() => writer.startPeriod('nobody', end))).resolves.toBe(false);
    await expect(tenant.run(() => writer.setStatus('budi', 'suspended'))).resolves.toBe(true);
    expect(await tenant.run(() => writer.find('budi'))).toMatchObject({ status: 'suspended', expiresAt: end });
  });

  it('counts a quota from accounting as counters grow, never twice, and not for users without one', async () => {
    await tenant.run(async () => {
      await writer.putUser(budi);
      await writer.putUser({ ...budi, username: 'free', quotaBytes: null });
    });
    for (const user of ['Budi', 'free']) {
      await query('INSERT INTO radacct (acctuniqueid, username, acctinputoctets, acctoutputoctets) VALUES (?, ?, 100, 5000000000)', [
        user,
        user,
      ]);
      await query('UPDATE radacct SET acctinputoctets = 150, acctoutputoctets = 5000000001 WHERE acctuniqueid = ?', [user]);
      await query('UPDATE radacct SET acctinputoctets = 150, acctoutputoctets = 5000000001 WHERE acctuniqueid = ?', [user]);
    }
    expect(await tenant.run(() => writer.find('budi'))).toMatchObject({ usedBytes: 5_000_000_151 });
    expect(await tenant.run(() => writer.find('free'))).toMatchObject({ usedBytes: 0 });
  });

  it('renames a user with all that hangs on the name, and leaves nothing to log in with after removal', async () => {
    await tenant.run(() => writer.putUser(budi));
    await query("INSERT INTO radacct (acctuniqueid, username) VALUES ('a', 'budi')");
    await query("INSERT INTO radcheck (username, attribute, op, value) VALUES ('budi', 'Cleartext-Password', ':=', 'operator')");
    await tenant.run(() => writer.renameUser('budi', 'budi.s'));
    expect(
      await query('SELECT username FROM radacct UNION ALL SELECT username FROM radcheck UNION ALL SELECT username FROM raduser'),
    ).toEqual(Array(4).fill({ username: 'budi.s' }));
    await tenant.run(() => writer.removeUser('budi.s'));
    expect(
      await query('SELECT username FROM radcheck UNION ALL SELECT username FROM raduser UNION ALL SELECT username FROM radusergroup'),
    ).toEqual([]);
    expect(await query('SELECT username FROM radacct')).toEqual([{ username: 'budi.s' }]);
  });

  it('renames old sessions and usage too, also where the name was somebody else’s before', async () => {
    await tenant.run(() => writer.putUser(budi));
    await query("INSERT INTO radacct_archive (radacctid, acctuniqueid, username, acctstoptime) VALUES (9, 'old', 'budi', '2026-01-05')");
    await query(`INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
      VALUES ('2026-01-04', 'siti', 1, 10, 100, 1), ('2026-01-04', 'budi', 1, 1, 2, 1), ('2026-01-05', 'budi', 1, 3, 4, 2)`);
    const usage = () =>
      query<Record<string, unknown>>(
        "SELECT DATE_FORMAT(day, '%d') AS day, username, input_bytes AS input, output_bytes AS output, sessions FROM usage_daily WHERE username IN ('budi', 'siti') ORDER BY day",
      );
    await tenant.run(() => writer.renameUser('budi', 'Budi'));
    expect((await usage()).filter(({ username }) => username === 'Budi')).toHaveLength(2);
    await tenant.run(() => writer.renameUser('Budi', 'siti'));
    expect(await query('SELECT username FROM radacct_archive')).toEqual([{ username: 'siti' }]);
    expect(await usage()).toEqual([
      { day: '04', username: 'siti', input: 11, output: 102, sessions: 2 },
      { day: '05', username: 'siti', input: 3, output: 4, sessions: 2 },
    ]);
  });

  it.each<[string, Partial<RadiusUser>]>([
    ['a blank in the name', { username: 'bu di' }],
    ['an empty name', { username: '' }],
    ['an empty password', { password: '' }],
    ['a rate limit that RouterOS would not read', { rateLimit: '10 Mbps' }],
    ['a MAC address in another spelling', { mac: 'aa-bb-cc-dd-ee-ff' }],
    ['a quota that is not whole', { quotaBytes: 1.5 }],
    ['a negative number of devices', { sharedUsers: -1 }],
    ['a pool that FreeRADIUS would expand', { pool: '`%{sql:SELECT 1}`' }],
    ['an address list with a backslash at its end', { addressList: 'home\\' }],
  ])('refuses %s', async (_, wrong) => {
    await expect(tenant.run(() => writer.putUser({ ...budi, ...wrong }))).rejects.toThrow(RangeError);
  });

  describe('read back', () => {
    const clock = new FixedClock(new Date('2026-05-10T05:00:00.000Z'));
    let sessions: SessionsReader;
    let logins: LoginsReader;
    beforeEach(async () => {
      sessions = new SessionsReader(tenant.database, new ArchivedSessions(tenant.database), clock);
      logins = new LoginsReader(tenant.database);
      const columns =
        '(acctuniqueid, acctsessionid, username, router_id, framedprotocol, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctinputoctets, acctoutputoctets, framedipaddress, callingstationid)';
      await query(`INSERT INTO radacct ${columns} VALUES
        ('1', '81000001', 'Budi', 1, 'PPP', '2026-05-09 17:00:00', '2026-05-10 04:59:00', NULL, 43140, 431400, 4314000000000, '10.0.0.1', 'AA:BB:CC:DD:EE:01'),
        ('2', '80000001', 'siti', 2, '', '2026-05-10 04:00:00', '2026-05-10 04:58:00', NULL, 3480, 10, 20, '10.0.0.2', 'AA:BB:CC:DD:EE:02'),
        ('3', '81000002', 'gone', 1, 'PPP', '2026-05-10 01:00:00', '2026-05-10 04:00:00', NULL, 10800, 1, 2, '10.0.0.3', ''),
        ('4', '81000003', 'budi', 1, 'PPP', '2026-05-08 01:00:00', '2026-05-08 02:00:00', '2026-05-08 02:00:00', 3600, 7, 8, '10.0.0.1', '')`);
      await query(`INSERT INTO radpostauth (username, reply, authdate, reason, router_id) VALUES
        ('budi', 'Access-Reject', '2026-05-10 04:59:59', 'wrong password', 1),
        ('BUDI', 'Access-Accept', '2026-05-09 17:00:00', '', 1),
        ('budi', 'Access-Accept', '2026-05-01 17:00:00', '', 1)`);
    });

    it('shows who is online and who only seems to be', async () => {
      await tenant.run(async () => {
        await expect(sessions.countOnline()).resolves.toBe(2);
        const presence = await sessions.presenceOf(['budi', 'siti', 'gone', 'nobody']);
        expect(
          [...presence]
            .filter(([, { online }]) => online)
            .map(([username]) => username)
            .sort(),
        ).toEqual(['budi', 'siti']);
        const online = await sessions.list({ state: 'online', page: 1, perPage: 10 });
        expect(online.total).toBe(2);
        expect(online.rows.map((row) => [row.username, row.serviceType, row.outputBytes])).toEqual([
          ['siti', 'hotspot', 20],
          ['Budi', 'pppoe', 4_314_000_000_000],
        ]);
        expect((await sessions.list({ state: 'online', search: 'aabbccddee02', page: 1, perPage: 10 })).rows).toHaveLength(1);
        expect((await sessions.list({ state: 'online', search: '10.0.0.1', page: 1, perPage: 10 })).rows).toHaveLength(1);
        expect((await sessions.list({ state: 'online', search: 'b%', page: 1, perPage: 10 })).rows).toHaveLength(0);
        expect((await sessions.list({ state: 'online', serviceType: 'pppoe', routerId: 1, page: 1, perPage: 10 })).total).toBe(1);
        expect((await sessions.list({ state: 'ended', search: 'budi', page: 1, perPage: 10 })).rows).toMatchObject([{ seconds: 3600 }]);
      });
    });

    it('shows as online who reports once an hour, for three hours and no longer', async () => {
      await query(`INSERT INTO raduser (username, interim_s) VALUES ('hourly', 3600), ('siti', 3600)`);
      const heard = (username: string, at: string) =>
        query(
          `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime) VALUES (?, ?, '2026-05-10 00:00:00', ?)
           ON DUPLICATE KEY UPDATE acctupdatetime = VALUES(acctupdatetime)`,
          [username, username, at],
        );
      await heard('other', '2026-05-10 03:00:00');
      for (const [at, online] of [
        ['2026-05-10 02:00:01', true],
        ['2026-05-10 02:00:00', false],
      ] as const) {
        await heard('Hourly', at);
        await tenant.run(async () => {
          const presence = await sessions.presenceOf(['hourly', 'siti', 'other']);
          expect(presence.get('hourly')?.online ?? false).toBe(online);
          expect(presence.get('siti')?.online).toBe(true);
          expect(presence.has('other')).toBe(false);
          await expect(sessions.onlineOf('hourly')).resolves.toHaveLength(online ? 1 : 0);
        });
      }
    });

    it('shows one user with the open session first, and what to disconnect', async () => {
      await tenant.run(async () => {
        expect((await sessions.forUser('budi', { page: 1, perPage: 10 })).rows.map((row) => row.acctSessionId)).toEqual([
          '81000001',
          '81000003',
        ]);
        await expect(sessions.onlineOf('budi')).resolves.toMatchObject([
          { acctSessionId: '81000001', framedIp: '10.0.0.1', username: 'Budi' },
        ]);
        await expect(sessions.onlineOf('gone')).resolves.toEqual([]);
      });
    });

    it('shows what each router carries and when it was last heard', async () => {
      const activity = await tenant.run(() => sessions.routerActivity([1, 2, 3]));
      expect(activity.get(1)).toEqual({ online: 1, lastSeenAt: new Date('2026-05-10T04:59:59.000Z') });
      expect(activity.get(2)).toEqual({ online: 1, lastSeenAt: new Date('2026-05-10T04:58:00.000Z') });
      expect(activity.has(3)).toBe(false);
    });

    it('takes from a session of yesterday only the share of today', async () => {
      const half = new Date('2026-05-09T22:59:30.000Z');
      const traffic = await tenant.run(() => sessions.trafficSince(half));
      expect(traffic.inputBytes).toBe(215_700 + 10 + 1);
      expect(traffic.outputBytes).toBe(2_157_000_000_000 + 20 + 2);
    });

    it('shows logins with their reasons, and the last that succeeded', async () => {
      await tenant.run(async () => {
        expect((await logins.forUser('budi', { page: 1, perPage: 10 })).rows).toMatchObject([
          { accepted: false, reason: 'wrong password' },
          { accepted: true, username: 'BUDI' },
          { accepted: true },
        ]);
        expect((await sessions.presenceOf(['budi', 'siti'])).get('budi')?.lastAcceptedAt).toEqual(new Date('2026-05-09T17:00:00.000Z'));
      });
    });
  });
});

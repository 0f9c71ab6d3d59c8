import { MigrationSet, Migrator, withConnection } from '@jala/infra/central-db';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { AccountingUpkeep } from './accounting-upkeep.repository';
import { archiveStatements, monthsBefore } from './archive-months';
import { RadiusUsersRepository } from './radius-users.repository';
import { radiusEntities } from './stock.entities';

const MB = 1_000_000;

interface Day {
  day: string;
  router_id: string;
  input_bytes: string;
  output_bytes: string;
  sessions: number;
}

describe('the upkeep of accounting', () => {
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let upkeep: AccountingUpkeep;
  const rows = <T = unknown>(sql: string, params?: unknown[]): Promise<T> => tenant.run(() => tenancy.database.query<T>(sql, params));
  /** A report of a session as the drain stores it: counters and times never go back. */
  const report = (
    key: string,
    at: string,
    seconds: number,
    input: number,
    output: number,
    { stop = null as string | null, router = 7 } = {},
  ): Promise<unknown> =>
    rows(
      `INSERT INTO radacct (acctuniqueid, acctsessionid, username, router_id, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctinputoctets, acctoutputoctets)
       VALUES (?, ?, 'budi', ?, ? - INTERVAL ? SECOND, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE acctupdatetime = GREATEST(acctupdatetime, VALUES(acctupdatetime)), acctstoptime = VALUES(acctstoptime),
         acctsessiontime = GREATEST(acctsessiontime, VALUES(acctsessiontime)), acctinputoctets = GREATEST(acctinputoctets, VALUES(acctinputoctets)),
         acctoutputoctets = GREATEST(acctoutputoctets, VALUES(acctoutputoctets))`,
      [key, key, router, at, seconds, at, stop, seconds, input, output],
    );
  /** What the drain does before it stores a report of a session that is not in radacct and began long ago. */
  const bringBack = (key: string, at: string, seconds: number): Promise<unknown> =>
    rows(
      `INSERT INTO radacct_returns (acctuniqueid, acctstarttime) VALUES (?, ? - INTERVAL ? SECOND)
       ON DUPLICATE KEY UPDATE returned_at = VALUES(returned_at)`,
      [key, at, seconds],
    );
  const days = async (): Promise<[string, number, number, number][]> => {
    const found = await rows<Day[]>(
      "SELECT DATE_FORMAT(day, '%Y-%m-%d') AS day, router_id, input_bytes, output_bytes, sessions FROM usage_daily ORDER BY day, router_id",
    );
    return found.map((row) => [row.day, Number(row.input_bytes), Number(row.output_bytes), row.sessions]);
  };

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: radiusEntities });
    tenant = await tenancy.create({ timezone: 'Asia/Jakarta' });
    upkeep = new AccountingUpkeep(tenancy.database);
    await tenant.run(() => new RadiusUsersRepository(tenancy.database).writeZone());
  });
  afterAll(() => tenancy.drop());
  beforeEach(async () => {
    for (const table of ['radacct', 'radacct_archive', 'radacct_returns', 'usage_daily', 'raduser', 'radpostauth'])
      await rows(`DELETE FROM ${table}`);
  });

  describe('usage by day', () => {
    it('counts each byte once, on the day of the tenant, whatever is repeated', async () => {
      await report('a', '2026-03-10 03:00:00', 600, 5 * MB, 9 * MB);
      await report('a', '2026-03-10 03:00:00', 600, 5 * MB, 9 * MB);
      await report('a', '2026-03-10 02:55:00', 300, 1 * MB, 2 * MB);
      await report('a', '2026-03-10 03:05:00', 900, 6 * MB, 19 * MB, { stop: '2026-03-10 03:05:00' });
      await report('b', '2026-03-10 03:05:00', 0, 0, 0);
      expect(await days()).toEqual([['2026-03-10', 6 * MB, 19 * MB, 2]]);
    });

    it('divides what lies across midnight by time, and loses nothing to rounding', async () => {
      // Midnight in Jakarta is 17:00 UTC.
      await report('a', '2026-03-09 16:00:00', 0, 0, 0);
      await report('a', '2026-03-09 18:00:00', 7200, 1_000_001, 2_000_001);
      expect(await days()).toEqual([
        ['2026-03-09', 500_000, 1_000_000, 1],
        ['2026-03-10', 500_001, 1_000_001, 0],
      ]);
    });

    it('spreads a Stop that is the only word of three days', async () => {
      await report('a', '2026-03-12 05:00:00', 3 * 86_400, 72 * MB, 144 * MB, { stop: '2026-03-12 05:00:00' });
      expect(await days()).toEqual([
        ['2026-03-09', 12 * MB, 24 * MB, 1],
        ['2026-03-10', 24 * MB, 48 * MB, 0],
        ['2026-03-11', 24 * MB, 48 * MB, 0],
        ['2026-03-12', 12 * MB, 24 * MB, 0],
      ]);
    });

    it('knows a day of 23 hours where the clocks change', async () => {
      const berlin = await tenancy.create({ timezone: 'Europe/Berlin' });
      await berlin.run(async () => {
        await new RadiusUsersRepository(tenancy.database).writeZone();
        await tenancy.database.query(
          `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctinputoctets, acctoutputoctets)
           VALUES ('a', 'budi', '2026-03-28 23:00:00', '2026-03-29 23:00:00', 24000, 0)`,
        );
        const found = await tenancy.database.query<Day[]>(
          "SELECT DATE_FORMAT(day, '%Y-%m-%d') AS day, input_bytes FROM usage_daily ORDER BY day",
        );
        expect(found.map(({ day, input_bytes }) => [day, Number(input_bytes)])).toEqual([
          ['2026-03-29', 23_000],
          ['2026-03-30', 1_000],
        ]);
      });
    });
  });

  describe('where the clocks go forward at midnight', () => {
    // Cairo: 2026-04-23 ends at 22:00 UTC, and the next day begins with 01:00, which is UTC+3.
    const cairo = async (report: string): Promise<TestTenant> => {
      const there = await tenancy.create({ timezone: 'Africa/Cairo' });
      await there.run(async () => {
        await new RadiusUsersRepository(tenancy.database).writeZone();
        await tenancy.database.query("INSERT INTO raduser (username, quota_bytes, quota_window) VALUES ('budi', 1000000, 'day')");
        await tenancy.database.query(report);
      });
      return there;
    };
    const ask = <T>(there: TestTenant, sql: string): Promise<T[]> => there.run(() => tenancy.database.query<T[]>(sql));

    it.each(['2026-04-23 10:00:00', '2026-04-23 21:30:00'])('the quota of a day holds to its end, reported at %s', async (at) => {
      const there = await cairo(
        `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctinputoctets) VALUES ('a', 'budi', '2026-04-23 08:00:00', '2026-04-23 08:00:00', 100)`,
      );
      await ask(there, `UPDATE radacct SET acctupdatetime = '${at}', acctinputoctets = 500`);
      expect(await ask(there, 'SELECT used_bytes, used_until FROM raduser')).toEqual([
        { used_bytes: 500, used_until: new Date('2026-04-23T22:00:00.000Z') },
      ]);
      await ask(there, "UPDATE radacct SET acctupdatetime = '2026-04-23 22:00:00', acctinputoctets = 600");
      expect(await ask(there, 'SELECT used_bytes, used_until FROM raduser')).toEqual([
        { used_bytes: 100, used_until: new Date('2026-04-24T21:00:00.000Z') },
      ]);
    });

    it('usage is divided where the day begins', async () => {
      const there = await cairo(
        `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctinputoctets) VALUES ('a', 'budi', '2026-04-23 20:00:00', '2026-04-23 23:00:00', 3000)`,
      );
      const found = await ask<Day>(there, "SELECT DATE_FORMAT(day, '%Y-%m-%d') AS day, input_bytes FROM usage_daily ORDER BY day");
      expect(found.map(({ day, input_bytes }) => [day, Number(input_bytes)])).toEqual([
        ['2026-04-23', 2000],
        ['2026-04-24', 1000],
      ]);
    });

    it('the day on which they go back has 25 hours', async () => {
      const there = await cairo(
        `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctinputoctets) VALUES ('a', 'budi', '2026-10-29 08:00:00', '2026-10-29 21:30:00', 100)`,
      );
      expect(await ask(there, 'SELECT used_until FROM raduser')).toEqual([{ used_until: new Date('2026-10-29T22:00:00.000Z') }]);
    });
  });

  describe('sessions that are not heard of', () => {
    const now = new Date('2026-03-10T03:00:00.000Z');
    const state = (): Promise<{ acctuniqueid: string; acctterminatecause: string; acctstoptime: Date | null }[]> =>
      rows('SELECT acctuniqueid, acctterminatecause, acctstoptime FROM radacct ORDER BY acctuniqueid');

    it('end after three intervals of their own plan and a margin, when they were last heard of', async () => {
      await rows("INSERT INTO raduser (username, interim_s) VALUES ('budi', 600)");
      await report('inside', '2026-03-10 02:29:00', 60, 1, 1);
      await report('beyond', '2026-03-10 02:28:59', 60, 1, 1);
      expect(await tenant.run(() => upkeep.closeMissed(now))).toBe(1);
      expect(await state()).toMatchObject([
        { acctuniqueid: 'beyond', acctterminatecause: 'Missed-Interim', acctstoptime: new Date('2026-03-10T02:28:59.000Z') },
        { acctuniqueid: 'inside', acctterminatecause: '', acctstoptime: null },
      ]);
      expect(await tenant.run(() => upkeep.closeMissed(now))).toBe(0);
    });

    it('end after 16 minutes when nothing is known of the user', async () => {
      await report('inside', '2026-03-10 02:44:00', 60, 1, 1);
      await report('beyond', '2026-03-10 02:43:59', 60, 1, 1);
      expect(await tenant.run(() => upkeep.closeMissed(now))).toBe(1);
    });

    it('are found by an index', async () => {
      await rows(
        `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime)
         SELECT seq, 'siti', '2026-01-01', '2026-01-01', '2026-01-01 01:00:00' FROM seq_1_to_3000`,
      );
      const [plan] = await rows<{ key: string; rows: string }[]>(
        `EXPLAIN SELECT a.radacctid FROM radacct a FORCE INDEX (open_updated) LEFT JOIN raduser u ON u.username = a.username
         WHERE a.acctstoptime IS NULL AND a.acctupdatetime < ? ORDER BY a.acctupdatetime LIMIT 2000`,
        [now],
      );
      expect(plan!.key).toBe('open_updated');
      expect(Number(plan!.rows)).toBeLessThan(10);
    });
  });

  describe('the archive', () => {
    const partitions = async (): Promise<string[]> =>
      (
        await rows<{ name: string }[]>(
          "SELECT partition_name AS name FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = 'radacct_archive' ORDER BY partition_ordinal_position",
        )
      ).map(({ name }) => name);
    const arrange = async (from: Date, until: Date, keepFrom: Date): Promise<void> => {
      const statements = archiveStatements(tenant.context.db, { present: await partitions(), from, until, keepFrom });
      await withConnection(await rootOfTestServer(), async (connection) => {
        for (const statement of statements) await connection.query(statement);
      });
    };

    it('has the columns of radacct', async () => {
      const columns = (table: string): Promise<unknown> =>
        rows(
          'SELECT column_name, column_type, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position',
          [table],
        );
      expect(await columns('radacct_archive')).toEqual(await columns('radacct'));
    });

    it('takes over closed months in partitions of their own, and drops a month whole', async () => {
      await report('old', '2026-01-15 00:00:00', 60, 1 * MB, 0, { stop: '2026-01-15 00:00:00' });
      await report('older', '2025-12-15 00:00:00', 60, 1 * MB, 0, { stop: '2025-12-15 00:00:00' });
      await report('recent', '2026-02-01 00:00:00', 60, 1 * MB, 0, { stop: '2026-02-01 00:00:00' });
      await report('open', '2026-01-01 00:00:00', 60, 1 * MB, 0);
      const end = monthsBefore(new Date('2026-03-10T00:00:00Z'), 1);
      await arrange(new Date('2025-12-15T00:00:00Z'), end, new Date('2024-01-01T00:00:00Z'));
      expect(await partitions()).toEqual(['m202512', 'm202601', 'later']);
      expect(await tenant.run(() => upkeep.archiveBefore(end))).toBe(2);
      expect(await rows('SELECT acctuniqueid FROM radacct ORDER BY acctuniqueid')).toMatchObject([
        { acctuniqueid: 'open' },
        { acctuniqueid: 'recent' },
      ]);
      expect(await rows('SELECT acctuniqueid FROM radacct_archive PARTITION (m202512)')).toMatchObject([{ acctuniqueid: 'older' }]);
      await arrange(end, monthsBefore(new Date('2026-03-10T00:00:00Z'), 0), new Date('2026-01-01T00:00:00Z'));
      expect(await partitions()).toEqual(['m202601', 'm202602', 'later']);
      expect(await rows('SELECT acctuniqueid FROM radacct_archive')).toMatchObject([{ acctuniqueid: 'old' }]);
    });

    it('gives a session back that is heard of again, and counts only what is new', async () => {
      await rows("INSERT INTO raduser (username, quota_bytes) VALUES ('budi', 1000000000)");
      await report('a', '2026-01-15 00:00:00', 60, 5 * MB, 6 * MB);
      await tenant.run(() => upkeep.closeMissed(new Date('2026-02-01T00:00:00Z')));
      await tenant.run(() => upkeep.archiveBefore(new Date('2026-02-01T00:00:00Z')));
      expect(await rows('SELECT * FROM radacct')).toEqual([]);
      const seconds = 60 + 53 * 86_400 + 20 * 3_600;
      for (let time = 0; time < 2; time++) await bringBack('a', '2026-03-09 20:00:00', seconds);
      await report('a', '2026-03-09 20:00:00', seconds, 7 * MB, 9 * MB);
      expect(await rows('SELECT acctuniqueid, acctstoptime, acctinputoctets FROM radacct')).toMatchObject([
        { acctuniqueid: 'a', acctstoptime: null },
      ]);
      expect(await rows('SELECT * FROM radacct_archive')).toEqual([]);
      const found = await days();
      expect(found.reduce((sum, [, input]) => sum + input, 0)).toBe(7 * MB);
      expect(found.reduce((sum, [, , output]) => sum + output, 0)).toBe(9 * MB);
      expect(found.reduce((sum, [, , , sessions]) => sum + sessions, 0)).toBe(1);
      expect(await rows("SELECT used_bytes FROM raduser WHERE username = 'budi'")).toMatchObject([{ used_bytes: expect.anything() }]);
      const [user] = await rows<{ used_bytes: string }[]>("SELECT used_bytes FROM raduser WHERE username = 'budi'");
      expect(Number(user!.used_bytes)).toBe(16 * MB);
    });

    it('gives a session back as it was, counts none of it again, and leaves it alone for a day', async () => {
      const end = new Date('2026-02-01T00:00:00Z');
      const archive = (): Promise<number> => tenant.run(() => upkeep.archiveBefore(end));
      await rows("INSERT INTO raduser (username, quota_bytes) VALUES ('budi', 1000000000)");
      await report('a', '2026-01-15 00:00:00', 60, 5 * MB, 6 * MB, { stop: '2026-01-15 00:00:00' });
      const before = await rows('SELECT * FROM radacct');
      await archive();
      await bringBack('a', '2026-01-14 23:59:30', 30);
      expect(await rows('SELECT * FROM radacct')).toEqual(before);
      expect(await rows('SELECT * FROM radacct_archive')).toEqual([]);
      expect((await days()).map(([, input]) => input)).toEqual([5 * MB]);
      expect(Number((await rows<{ used_bytes: string }[]>('SELECT used_bytes FROM raduser'))[0]!.used_bytes)).toBe(11 * MB);
      expect(await archive()).toBe(0);
      await rows('UPDATE radacct_returns SET returned_at = UTC_TIMESTAMP() - INTERVAL 1 DAY - INTERVAL 1 SECOND');
      expect(await archive()).toBe(1);
      expect(await rows('SELECT * FROM radacct_returns')).toEqual([]);
    });

    it('gives back the session of that time where an id was used again, and one with the next key too', async () => {
      for (const [key, start] of [
        ['a', '2025-01-15 00:00:00'],
        ['a', '2025-12-15 00:00:00'],
        ['next', '2025-11-15 00:00:00'],
      ])
        await rows(
          'INSERT INTO radacct_archive (radacctid, acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime) SELECT COUNT(*) + 1, ?, ?, ?, ?, ? FROM radacct_archive',
          [key, 'budi', start, start, start],
        );
      await rows("UPDATE radacct_archive SET acctuniqueid = MD5('a+') WHERE radacctid = 3");
      await bringBack('a', '2025-12-15 00:02:00', 60);
      const found = await rows<{ radacctid: string }[]>('SELECT radacctid FROM radacct ORDER BY radacctid');
      expect(found.map(({ radacctid }) => Number(radacctid))).toEqual([2, 3]);
      expect(await rows('SELECT acctstarttime FROM radacct_archive')).toEqual([{ acctstarttime: new Date('2025-01-15T00:00:00.000Z') }]);
      expect(await tenant.run(() => upkeep.archiveBefore(new Date('2026-02-01T00:00:00Z')))).toBe(0);
      expect(await rows('SELECT radacctid FROM radacct')).toHaveLength(2);
    });
  });

  it('forgets old attempts to log in', async () => {
    await rows("INSERT INTO radpostauth (username, authdate) VALUES ('a', '2026-01-01'), ('b', '2026-01-02')");
    expect(await tenant.run(() => upkeep.forgetLoginsBefore(new Date('2026-01-02T00:00:00Z')))).toBe(1);
    expect(await rows('SELECT username FROM radpostauth')).toMatchObject([{ username: 'b' }]);
  });

  it('the schema can be installed by running every migration, too', async () => {
    const bare = await tenancy.create({ migrate: false });
    const report = await new Migrator(MigrationSet.of('tenant')).migrate({ ...bare.target });
    expect(report.to).toBeGreaterThanOrEqual(7);
  });
});

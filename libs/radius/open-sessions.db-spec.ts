import fc from 'fast-check';
import { createTestTenant } from '@jala/infra/testing';
import { AccountingUpkeep } from './accounting-upkeep.repository';
import { RadiusUsersRepository } from './radius-users.repository';
import { radiusEntities } from './stock.entities';

const USERS = ['budi', 'siti', 'nobody'];
const SESSIONS = 5;
const RUNS = 25;
const END = '2026-02-01 00:00:00';

const KINDS = [
  'start',
  'interim',
  'stop',
  'late',
  'restart',
  'closeMissed',
  'archive',
  'delete',
  'userGone',
  'userBack',
  'renamed',
] as const;
interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly session: number;
  readonly at: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  // Reports more often than the rest
  kind: fc.constantFrom(...KINDS, ...KINDS.slice(0, 4), ...KINDS.slice(0, 4)),
  session: fc.integer({ min: 0, max: SESSIONS - 1 }),
  at: fc.integer({ min: 0, max: 40 }),
});

/** raduser.open_sessions, which lets a device in without looking at radacct (0015): a row too few would be one device too many. */
describe('the number of open sessions', () => {
  let tenant: Awaited<ReturnType<typeof createTestTenant>>;
  let upkeep: AccountingUpkeep;
  let users: RadiusUsersRepository;
  const query = <T = unknown>(sql: string, params?: unknown[]): Promise<T> => tenant.run(() => tenant.database.query<T>(sql, params));
  const userOf = (session: number): string => USERS[session % USERS.length]!;

  beforeAll(async () => {
    tenant = await createTestTenant({ entities: radiusEntities });
    upkeep = new AccountingUpkeep(tenant.database);
    users = new RadiusUsersRepository(tenant.database);
  });
  afterAll(() => tenant.drop());

  /** As the drain stores it: what it can decide about the end is any of the three. */
  const report = (session: number, at: number, stop: string): Promise<unknown> =>
    query(
      `INSERT INTO radacct (acctuniqueid, username, class, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctinputoctets)
       VALUES (?, ?, 'jala:', ? - INTERVAL 1 DAY, ? + INTERVAL ? MINUTE, ${stop}, ?, ?)
       ON DUPLICATE KEY UPDATE acctupdatetime = GREATEST(acctupdatetime, VALUES(acctupdatetime)), acctstoptime = VALUES(acctstoptime),
         acctinputoctets = GREATEST(acctinputoctets, VALUES(acctinputoctets))`,
      [`s${session}`, userOf(session), END, '2026-01-15 00:00:00', at, at * 60, at * 1000],
    );

  const take = async ({ kind, session, at }: Step): Promise<unknown> => {
    const key = `s${session}`;
    switch (kind) {
      case 'start':
      case 'interim':
        return report(session, at, 'NULL');
      case 'stop':
        return report(session, at, "'2026-01-15 01:00:00'");
      case 'late':
        await query(
          'INSERT INTO radacct_returns (acctuniqueid, acctstarttime) VALUES (?, ?) ON DUPLICATE KEY UPDATE returned_at = VALUES(returned_at)',
          [key, END],
        );
        return report(session, at, 'NULL');
      case 'restart':
        return query("UPDATE radacct SET acctstoptime = acctupdatetime, acctterminatecause = 'NAS-Reboot' WHERE acctstoptime IS NULL");
      case 'closeMissed':
        return tenant.run(() => upkeep.closeMissed(new Date('2026-01-15T00:30:00Z')));
      case 'archive':
        await query('UPDATE radacct_returns SET returned_at = returned_at - INTERVAL 2 DAY');
        return tenant.run(() => upkeep.archiveBefore(new Date('2026-02-01T00:00:00Z')));
      case 'delete':
        return query('DELETE FROM radacct WHERE acctuniqueid = ?', [key]);
      case 'renamed':
        return query('UPDATE radacct SET username = ? WHERE acctuniqueid = ?', [userOf(at), key]);
      case 'userGone':
        return tenant.run(() => users.remove('siti'));
      case 'userBack':
        return query(
          "INSERT IGNORE INTO raduser (username, open_sessions) SELECT 'siti', COUNT(*) FROM radacct WHERE username = 'siti' AND acctstoptime IS NULL",
        );
    }
  };

  it('is that of the rows, whatever happens to sessions and in which order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        for (const table of ['radacct', 'radacct_archive', 'radacct_returns', 'raduser']) await query(`DELETE FROM ${table}`);
        await query("INSERT INTO raduser (username, quota_bytes) VALUES ('budi', 1000000), ('siti', NULL)");
        for (const each of steps) {
          await take(each);
          const rows = await query<{ username: string; counted: number; open: string }[]>(
            `SELECT username, open_sessions AS counted, (SELECT COUNT(*) FROM radacct a WHERE a.username = u.username AND acctstoptime IS NULL) AS open
               FROM raduser u`,
          );
          for (const { counted, open } of rows) expect(counted).toBe(Number(open));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('is right after reports that were stored at the same time', async () => {
    for (const table of ['radacct', 'raduser']) await query(`DELETE FROM ${table}`);
    await query("INSERT INTO raduser (username) VALUES ('budi')");
    const ids = Array.from({ length: 12 }, (_, index) => index * USERS.length);
    await Promise.all(ids.map((session) => report(session, 1, 'NULL')));
    await Promise.all(ids.slice(0, 5).map((session) => report(session, 2, "'2026-01-15 01:00:00'")));
    expect(await query('SELECT open_sessions FROM raduser')).toEqual([{ open_sessions: 7 }]);
  });
});

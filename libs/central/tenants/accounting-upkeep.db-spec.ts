import { Logger } from '@nestjs/common';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { TenantIterator } from '@jala/infra/tenancy';
import { FixedClock } from '@jala/kernel';
import { AccountingUpkeep, radiusEntities, RadiusWriter } from '@jala/radius';
import { AccountingUpkeepService } from './accounting-upkeep.service';
import { ArchivePartitionsRepository } from './archive-partitions.repository';
import type { DbHostsRepository } from './db-hosts.repository';

describe('the upkeep of every tenant’s accounting', () => {
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let upkeep: AccountingUpkeepService;
  const clock = new FixedClock(new Date('2026-03-10T02:00:00.000Z'));
  const rows = <T = unknown>(sql: string): Promise<T> => tenant.run(() => tenancy.database.query<T>(sql));

  beforeAll(async () => {
    // The broken tenant is reported, as it should be.
    Logger.overrideLogger(false);
    tenancy = await createTestTenancy({ entities: radiusEntities });
    await tenancy.create({ migrate: false });
    tenant = await tenancy.create();
    const hosts = { administration: () => rootOfTestServer() } as unknown as DbHostsRepository;
    const zones = { followZone: () => Promise.resolve() } as unknown as RadiusWriter;
    upkeep = new AccountingUpkeepService(
      new TenantIterator(tenancy.tenants),
      new AccountingUpkeep(tenancy.database),
      new ArchivePartitionsRepository(hosts),
      zones,
      clock,
    );
  });
  afterAll(() => tenancy.drop());

  it('archives closed months, forgets what is kept no longer, and one broken tenant keeps nobody else from it', async () => {
    await rows(
      "INSERT INTO settings (name, timezone, currency, locale, keep_sessions_months) VALUES ('x', 'Asia/Jakarta', 'IDR', 'id', 6)",
    );
    await rows(`INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime) VALUES
      ('forgotten', 'budi', '2025-06-01', '2025-06-02', '2025-06-02'), ('kept', 'budi', '2025-10-01', '2025-10-02', '2025-10-02'),
      ('live', 'budi', '2026-02-01', '2026-02-02', '2026-02-02'), ('open', 'budi', '2025-10-01', '2025-10-02', NULL)`);
    const report = await upkeep.keepSmall();
    expect([report.succeeded, report.failures.length]).toEqual([1, 1]);
    expect(await rows('SELECT acctuniqueid FROM radacct ORDER BY acctuniqueid')).toMatchObject([
      { acctuniqueid: 'live' },
      { acctuniqueid: 'open' },
    ]);
    expect(await rows('SELECT acctuniqueid FROM radacct_archive')).toMatchObject([{ acctuniqueid: 'kept' }]);
    const [{ plan }] = [
      {
        plan: await rows<{ partitions: string }[]>(
          "EXPLAIN PARTITIONS SELECT * FROM radacct_archive WHERE acctstoptime >= '2025-10-01' AND acctstoptime < '2025-11-01'",
        ),
      },
    ];
    expect(plan[0]!.partitions).toBe('m202510');
    await upkeep.keepSmall();
    expect(await rows('SELECT acctuniqueid FROM radacct_archive')).toHaveLength(1);
  });

  it('leaves silent sessions alone while the database has only just come back', async () => {
    await upkeep.closeMissed();
    expect(await rows("SELECT acctuniqueid FROM radacct WHERE acctterminatecause = 'Missed-Interim'")).toEqual([]);
    jest.spyOn(AccountingUpkeep.prototype, 'databaseUpSeconds').mockResolvedValue(3_600);
    await upkeep.closeMissed();
    expect(await rows("SELECT acctuniqueid FROM radacct WHERE acctterminatecause = 'Missed-Interim'")).toMatchObject([
      { acctuniqueid: 'open' },
    ]);
  });
});

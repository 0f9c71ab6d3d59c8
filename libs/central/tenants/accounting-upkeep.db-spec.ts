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

  it('of one tenant touches its database alone: what another one has to forget stays', async () => {
    const [one, other] = [await tenancy.create(), await tenancy.create()];
    const fill = async (): Promise<void> => {
      await tenancy.database.query(
        "INSERT INTO settings (name, timezone, currency, locale, keep_sessions_months) VALUES ('x', 'Asia/Jakarta', 'IDR', 'id', 2)",
      );
      await tenancy.database.query(`INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime) VALUES
        ('forgotten', 'budi', '2025-06-01', '2025-06-02', '2025-06-02'), ('closed', 'budi', '2026-01-05', '2026-01-06', '2026-01-06'),
        ('open', 'budi', '2025-10-01', '2025-10-02', NULL)`);
      await tenancy.database.query("INSERT INTO radpostauth (username, reply, authdate) VALUES ('budi', 'Access-Accept', '2025-01-01')");
    };
    for (const { run } of [one, other]) await run(fill);
    for (const { context } of [tenant, other]) tenancy.tenants.setStatus(context.id, 'archived');
    const content = (of: TestTenant): Promise<unknown> =>
      of.run(async () => [
        await tenancy.database.query('CHECKSUM TABLE radacct, radacct_archive, radpostauth, usage_daily, settings, zone_offsets'),
        await tenancy.database.query(
          "SELECT partition_name FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = 'radacct_archive'",
        ),
      ]);
    const [mine, theirs] = [await content(one), await content(other)];
    jest.spyOn(AccountingUpkeep.prototype, 'databaseUpSeconds').mockResolvedValue(3_600);
    expect((await upkeep.keepSmall()).succeeded).toBe(1);
    expect((await upkeep.closeMissed()).succeeded).toBe(1);
    expect(await content(other)).toEqual(theirs);
    expect(await content(one)).not.toEqual(mine);
    expect(await one.run(() => tenancy.database.query('SELECT acctuniqueid FROM radacct WHERE acctstoptime IS NULL'))).toEqual([]);
  });
});

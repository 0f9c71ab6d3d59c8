import { Injectable } from '@nestjs/common';
import { type IterationReport, type TenantContext, TenantIterator } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { AccountingUpkeep, monthsBefore, RadiusWriter } from '@jala/radius';
import { ArchivePartitionsRepository } from './archive-partitions.repository';

/** After the database was away, reports of that time wait in the spool: nobody is taken for silent before they had time to arrive. */
const CATCH_UP_SECONDS = 900;
/** The month before this one stays in radacct: people look at it, and its sessions may still be heard of. */
const LIVE_MONTHS = 1;
const DAY_MS = 86_400_000;
/** Tenants whose sessions go on being recorded, whatever their staff may do. */
const STATUSES = ['ready', 'suspended'] as const;

/** Keeps every tenant's accounting true (no session open that is over) and small (old months archived, then forgotten). */
@Injectable()
export class AccountingUpkeepService {
  constructor(
    private readonly iterator: TenantIterator,
    private readonly accounting: AccountingUpkeep,
    private readonly partitions: ArchivePartitionsRepository,
    private readonly radius: RadiusWriter,
    private readonly clock: Clock,
  ) {}

  closeMissed(): Promise<IterationReport> {
    return this.iterator.run(
      'missed interims',
      async ({ timezone }) => {
        // Usage is counted by the days of the tenant's zone, which the database must know before the next report.
        await this.radius.followZone(timezone);
        if ((await this.accounting.databaseUpSeconds()) >= CATCH_UP_SECONDS) await this.accounting.closeMissed(this.clock.now());
      },
      { statuses: STATUSES },
    );
  }

  keepSmall(): Promise<IterationReport> {
    return this.iterator.run('accounting archive', (tenant) => this.keepTenantSmall(tenant), { concurrency: 2, statuses: STATUSES });
  }

  private async keepTenantSmall({ host, db }: TenantContext): Promise<void> {
    const now = this.clock.now();
    const kept = await this.accounting.kept();
    const until = monthsBefore(now, LIVE_MONTHS);
    const keepFrom = monthsBefore(now, Math.max(kept.sessionsMonths, LIVE_MONTHS));
    const oldest = await this.accounting.oldestEnd();
    const from = oldest && oldest < until ? oldest : until;
    await this.partitions.arrange({ host, db }, { from, until, keepFrom });
    await this.accounting.archiveBefore(until);
    // What came in older than that shares the oldest partition, or came back from where it was put aside.
    await this.accounting.forgetSessionsBefore(keepFrom);
    await this.accounting.forgetLoginsBefore(new Date(now.getTime() - kept.loginsDays * DAY_MS));
  }
}

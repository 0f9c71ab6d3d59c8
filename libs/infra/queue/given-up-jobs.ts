import { Injectable, Module } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import { type IterationFailure, TenantDatabase, TenantDirectory, TenantIterator, TenantScope } from '@jala/infra/tenancy';
import { DirtyTenants } from './dirty-tenants';
import { OutboxRelay } from './outbox-relay';
import { type GivenUpRow, OutboxRepository } from './outbox.repository';
import { QueueModule } from './queue.module';

/** Slug of the tenant in whose outbox the row lies; null: the central one. */
export type OutboxOwner = string | null;

export interface GivenUpJob extends GivenUpRow {
  readonly tenant: OutboxOwner;
}

export interface GivenUpList {
  readonly jobs: readonly GivenUpJob[];
  /** Tenants whose outbox could not be read. */
  readonly failures: readonly IterationFailure[];
}

export interface RetryReport {
  readonly retried: number;
  readonly failures: readonly IterationFailure[];
}

/** An archived tenant's database is shut. */
const STATUSES = ['ready', 'suspended'] as const;

/** The jobs that were tried as often as they may be: what they were to do has not been done until a person looks at them. */
@Injectable()
export class GivenUpJobs {
  constructor(
    private readonly central: CentralDatabase,
    private readonly tenant: TenantDatabase,
    private readonly directory: TenantDirectory,
    private readonly iterator: TenantIterator,
    private readonly relay: OutboxRelay,
    private readonly dirty: DirtyTenants,
  ) {}

  /** Of the central outbox and of every tenant's, the central ones first, the oldest first. */
  async list(): Promise<GivenUpList> {
    const jobs: GivenUpJob[] = (await new OutboxRepository(this.central).givenUp()).map((row) => ({ ...row, tenant: null }));
    const ofTenants: GivenUpJob[] = [];
    const { failures } = await this.iterator.run(
      'given-up jobs',
      async ({ slug }) => {
        for (const row of await new OutboxRepository(this.tenant).givenUp()) ofTenants.push({ ...row, tenant: slug });
      },
      { statuses: STATUSES },
    );
    ofTenants.sort((a, b) => (a.tenant ?? '').localeCompare(b.tenant ?? '') || a.id - b.id);
    return { jobs: [...jobs, ...ofTenants], failures };
  }

  /**
   * All of one outbox, or one job of it, get as many attempts as they had at first.
   * @returns how many there were
   * @throws DomainError TENANT_NOT_FOUND
   */
  async retry(owner: OutboxOwner, id?: number): Promise<number> {
    if (owner === null) return this.handAnew(null, id);
    const tenant = await this.directory.bySlug(owner);
    if (!tenant) throw new DomainError('TENANT_NOT_FOUND', { slug: owner });
    return TenantScope.run(tenant, () => this.handAnew(tenant.id, id));
  }

  async retryEverywhere(): Promise<RetryReport> {
    let retried = await this.retry(null);
    const { failures } = await this.iterator.run(
      'given-up jobs',
      async ({ id }) => {
        // Not in one expression with the wait: others add to it meanwhile.
        const more = await this.handAnew(id);
        retried += more;
      },
      { statuses: STATUSES },
    );
    return { retried, failures };
  }

  private async handAnew(tenantId: number | null, id?: number): Promise<number> {
    const database = tenantId === null ? this.central : this.tenant;
    const rows = await new OutboxRepository(database).reopen(id);
    if (rows.length === 0) return 0;
    if (tenantId !== null) this.dirty.note(tenantId);
    // While Redis is away they wait for the sweep, as every row does.
    this.relay.inBackground(() => this.relay.hand(database, tenantId, rows));
    return rows.length;
  }
}

@Module({ imports: [QueueModule], providers: [GivenUpJobs], exports: [GivenUpJobs] })
export class GivenUpJobsModule {}

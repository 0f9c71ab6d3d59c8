import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { DomainError } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import { type TenantContext, TenantDatabase, TenantDirectory, TenantIterator, TenantScope } from '@jala/infra/tenancy';
import { JOB_NAMES, JOBS } from './catalogue';
import { DirtyTenants } from './dirty-tenants';
import { GivenUpNotes } from './given-up-notes';
import { OutboxRelay } from './outbox-relay';
import { type OutboxDatabase, OutboxRepository } from './outbox.repository';
import { Schedule, ScheduledTask } from './schedule';

/** A row this young is being handed over by the process that wrote it. */
const OWN_RELAY_MS = 2_000;
/** A job that is neither done nor given up after this long is handed over again; Redis ignores it while it still has it. */
const UNACKNOWLEDGED_MS = 30_000;
const BATCH = 500;
const DAY_MS = 86_400_000;

interface Patience {
  readonly createdBefore: Date;
  readonly handedBefore: Date;
}

/** Hands over again what was not acknowledged: after a crash between commit and hand-over, and after Redis lost its data. */
@Injectable()
export class OutboxSweep {
  private readonly logger = new Logger(OutboxSweep.name);

  constructor(
    private readonly central: CentralDatabase,
    private readonly tenant: TenantDatabase,
    private readonly directory: TenantDirectory,
    private readonly iterator: TenantIterator,
    private readonly dirty: DirtyTenants,
    private readonly relay: OutboxRelay,
    private readonly notes: GivenUpNotes,
    private readonly clock: Clock,
  ) {}

  /** The quick look: the central outbox and the tenants noted as dirty. When Redis has lost its memory, everything at once. */
  async sweep(): Promise<void> {
    if (!(await this.dirty.redisRemembers())) return this.sweepEverything();
    const patience = this.usualPatience();
    await this.sweepDatabase(this.central, null, patience);
    for (const { tenantId, notedAt } of await this.dirty.notedBefore(patience.createdBefore)) {
      try {
        if (!(await this.sweepTenant(tenantId, patience))) await this.dirty.clear(tenantId, notedAt);
      } catch (error) {
        this.logger.warn(`outbox of tenant ${tenantId} could not be swept`, error);
      }
    }
  }

  /** @returns whether anything is left to come back for: never at a tenant that is gone, or whose database is shut */
  private async sweepTenant(tenantId: number, patience: Patience): Promise<boolean> {
    const tenant = await this.directory.byId(tenantId).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'TENANT_NOT_FOUND') return undefined;
      throw error;
    });
    // What an archived tenant still owes nobody can do any more: its database is shut, and deleted with what it owes.
    if (!tenant || tenant.status === 'archived' || tenant.status === 'deleting') return false;
    return TenantScope.run(tenant, async () => {
      await this.sweepDatabase(this.tenant, tenantId, patience);
      return new OutboxRepository(this.tenant).hasOpen();
    });
  }

  /** For when Redis knows nothing: whatever is unacknowledged has no job any more, however recently it was handed over. */
  private async sweepEverything(): Promise<void> {
    this.logger.warn('Redis does not remember the outbox: handing everything over again');
    const now = this.clock.now();
    await this.sweepAll({ createdBefore: now, handedBefore: now });
    await this.dirty.askRedisToRemember();
  }

  /** The slow look into every database, for rows whose note was lost. */
  async sweepAll(patience: Patience = this.usualPatience()): Promise<void> {
    await this.sweepDatabase(this.central, null, patience);
    const givenUp = new Map<string, number>();
    const sweepOne = async ({ id, slug }: TenantContext): Promise<void> => {
      await this.sweepDatabase(this.tenant, id, patience);
      const jobs = await new OutboxRepository(this.tenant).countGivenUp();
      if (jobs > 0) givenUp.set(slug, jobs);
    };
    await this.iterator.run('outbox sweep', sweepOne, { concurrency: 4, statuses: ['ready', 'suspended'] });
    await this.notes.write(givenUp);
  }

  async purge(): Promise<void> {
    await this.purgeDatabase(this.central);
    await this.iterator.run('outbox purge', () => this.purgeDatabase(this.tenant), { concurrency: 2, statuses: ['ready', 'suspended'] });
  }

  private async sweepDatabase(database: OutboxDatabase, tenantId: number | null, patience: Patience): Promise<void> {
    const repository = new OutboxRepository(database);
    for (;;) {
      const rows = await repository.unacknowledged(patience.createdBefore, patience.handedBefore, BATCH);
      const handed = await this.relay.hand(database, tenantId, rows);
      if (tenantId !== null && handed > 0) this.dirty.note(tenantId);
      if (handed < BATCH) return;
    }
  }

  private async purgeDatabase(database: OutboxDatabase): Promise<void> {
    for (const job of JOB_NAMES) {
      await new OutboxRepository(database).purgeFailed(job, new Date(this.clock.now().getTime() - JOBS[job].retention.failedDays * DAY_MS));
    }
  }

  private usualPatience(): Patience {
    const now = this.clock.now().getTime();
    return { createdBefore: new Date(now - OWN_RELAY_MS), handedBefore: new Date(now - UNACKNOWLEDGED_MS) };
  }
}

@Injectable()
@Schedule({ name: 'outbox.sweep', everyMs: 2_000, atStart: true })
export class QuickSweep extends ScheduledTask {
  constructor(private readonly sweep: OutboxSweep) {
    super();
  }

  run(): Promise<void> {
    return this.sweep.sweep();
  }
}

@Injectable()
@Schedule({ name: 'outbox.sweep-all', everyMs: 600_000, atStart: true })
export class FullSweep extends ScheduledTask {
  constructor(private readonly sweep: OutboxSweep) {
    super();
  }

  run(): Promise<void> {
    return this.sweep.sweepAll();
  }
}

@Injectable()
@Schedule({ name: 'outbox.purge', everyMs: 6 * 3_600_000 })
export class OutboxPurge extends ScheduledTask {
  constructor(private readonly sweep: OutboxSweep) {
    super();
  }

  run(): Promise<void> {
    return this.sweep.purge();
  }
}

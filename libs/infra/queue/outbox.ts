import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { CentralDatabase } from '@jala/infra/central-db';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import type { JobName, JobPayload, JobPayloads } from './catalogue';
import { DirtyTenants } from './dirty-tenants';
import { OutboxRelay } from './outbox-relay';
import { OutboxRepository } from './outbox.repository';

export interface EnqueueOptions {
  /** Not before this instant. */
  readonly runAt?: Date;
}

/** The jobs that are about one tenant; only those can stand in a tenant's own outbox. */
export type TenantJobName = { [N in JobName]: JobPayloads[N] extends { tenantId?: number } ? N : never }[JobName];

/**
 * Side effects of what the central database says. `enqueue` writes a row in the current transaction: rolled back with
 * it, handed to the queue after its commit, and kept until the job is done.
 */
@Injectable()
export class Outbox {
  private readonly rows: OutboxRepository;

  constructor(
    private readonly database: CentralDatabase,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
  ) {
    this.rows = new OutboxRepository(database);
  }

  async enqueue<N extends JobName>(job: N, payload: JobPayload<N>, options: EnqueueOptions = {}): Promise<void> {
    const row = await this.rows.insert({ job, payload, runAt: options.runAt ?? null, createdAt: this.clock.now() });
    this.database.afterCommit(() => this.relay.inBackground(() => this.relay.hand(this.database, null, [row])));
  }
}

/** The same for what a tenant's database says, in that database. */
@Injectable()
export class TenantOutbox {
  private readonly rows: OutboxRepository;

  constructor(
    private readonly database: TenantDatabase,
    private readonly relay: OutboxRelay,
    private readonly dirty: DirtyTenants,
    private readonly clock: Clock,
  ) {
    this.rows = new OutboxRepository(database);
  }

  async enqueue<N extends TenantJobName>(job: N, payload: JobPayload<N>, options: EnqueueOptions = {}): Promise<void> {
    const tenant = TenantScope.current();
    const { id } = tenant;
    if (payload.tenantId !== undefined && payload.tenantId !== id) throw new Error(`${job}: the payload names another tenant`);
    const row = await this.rows.insert({ job, payload, runAt: options.runAt ?? null, createdAt: this.clock.now() });
    // Before the commit: should this process die right after it, the sweep knows where to look.
    this.dirty.note(id);
    // A scope of its own: that of the request may end before the queue has answered.
    this.database.afterCommit(() =>
      this.relay.inBackground(() => TenantScope.run(tenant, () => this.relay.hand(this.database, id, [row]))),
    );
  }
}

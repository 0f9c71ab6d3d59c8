import { Injectable } from '@nestjs/common';
import { HandlesJob, JobHandler, type JobPayload, Outbox, Schedule, ScheduledTask } from '@jala/infra/queue';
import { Clock } from '@jala/kernel';
import { RouterPublisherService } from './router-registry.service';

const MINUTE_MS = 60_000;
/** Longer than any request that claims an address and then adds its router. */
const CLAIM_GRACE_MS = 10 * MINUTE_MS;

@Injectable()
@HandlesJob('tenant.sync-routers')
export class SyncTenantRouters extends JobHandler<'tenant.sync-routers'> {
  constructor(private readonly publisher: RouterPublisherService) {
    super();
  }

  async handle({ tenantId }: JobPayload<'tenant.sync-routers'>): Promise<void> {
    await this.publisher.syncTenant(tenantId);
  }
}

/** Every worker does it for the FreeRADIUS beside it: at its start, because the files may be gone or old, and then now and again. */
@Injectable()
@Schedule({ name: 'routers.reconcile', everyMs: 10 * MINUTE_MS, atStart: true, once: false })
export class ReconcileRouters extends ScheduledTask {
  constructor(private readonly publisher: RouterPublisherService) {
    super();
  }

  async run(): Promise<void> {
    await this.publisher.reconcile();
  }
}

/** A request that died between claiming an address and adding the router leaves a claim; its tenant settles it. */
@Injectable()
@Schedule({ name: 'routers.find-orphan-claims', everyMs: 5 * MINUTE_MS, atStart: true })
export class FindOrphanClaims extends ScheduledTask {
  constructor(
    private readonly publisher: RouterPublisherService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - CLAIM_GRACE_MS);
    for (const tenantId of await this.publisher.tenantsWithUnconfirmed(before)) {
      await this.outbox.enqueue('router.settle-claims', { tenantId, claimedBefore: before.toISOString() });
    }
  }
}

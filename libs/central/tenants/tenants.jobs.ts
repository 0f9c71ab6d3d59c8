import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext, JobHandler, type JobPayload, Schedule, ScheduledTask } from '@jala/infra/queue';
import { ProvisioningService } from './provisioning.service';
import { TenantRemovalService } from './tenant-removal.service';

@Injectable()
@HandlesJob('tenant.provision')
export class ProvisionTenantHandler extends JobHandler<'tenant.provision'> {
  constructor(private readonly provisioning: ProvisioningService) {
    super();
  }

  async handle({ tenantId }: JobPayload<'tenant.provision'>, { attempt, attempts }: JobContext): Promise<void> {
    await this.provisioning.run(tenantId, { lastAttempt: attempt >= attempts });
  }
}

@Injectable()
@HandlesJob('tenant.archive')
export class ArchiveTenantHandler extends JobHandler<'tenant.archive'> {
  constructor(private readonly removal: TenantRemovalService) {
    super();
  }

  async handle({ tenantId }: JobPayload<'tenant.archive'>): Promise<void> {
    await this.removal.archive(tenantId);
  }
}

@Injectable()
@HandlesJob('tenant.delete')
export class DeleteTenantHandler extends JobHandler<'tenant.delete'> {
  constructor(private readonly removal: TenantRemovalService) {
    super();
  }

  async handle({ tenantId }: JobPayload<'tenant.delete'>): Promise<void> {
    await this.removal.remove(tenantId);
  }
}

@Injectable()
@Schedule({ name: 'tenants.settle-abandoned', everyMs: 60_000 })
export class SettleAbandonedTenants extends ScheduledTask {
  constructor(private readonly provisioning: ProvisioningService) {
    super();
  }

  async run(): Promise<void> {
    await this.provisioning.settleAbandoned();
  }
}

import { Injectable } from '@nestjs/common';
import { SubscriptionsService } from '@jala/central/plans';
import { RouterPublisherService } from '@jala/central/routers';
import { CentralDatabase } from '@jala/infra/central-db';
import { TenantDatabase } from '@jala/infra/tenancy';
import { ProvisioningRepository } from './provisioning.repository';
import { placeOf } from './provisioning-steps';
import { TenantBusyError } from './provisioning.service';
import { CachedTenantDirectory } from './tenant-directory.service';
import { TenantExports } from './tenant-export';
import { TenantHosting } from './tenant-hosting';
import type { Tenant } from './tenant.entity';
import { TenantsRepository } from './tenants.repository';

const TURN_SECONDS = 20;

/** The long half of archiving and deleting, run by jobs. Both may be cut off anywhere and run again. */
@Injectable()
export class TenantRemovalService {
  constructor(
    private readonly db: CentralDatabase,
    private readonly tenantDb: TenantDatabase,
    private readonly tenants: TenantsRepository,
    private readonly repository: ProvisioningRepository,
    private readonly hosting: TenantHosting,
    private readonly exports: TenantExports,
    private readonly routers: RouterPublisherService,
    private readonly subscriptions: SubscriptionsService,
    private readonly directory: CachedTenantDirectory,
  ) {}

  /** First the export, then the accounts: access is taken only when the data is safe. */
  async archive(tenantId: number): Promise<void> {
    await this.inTurn(tenantId, 'archived', async (tenant) => {
      if (tenant.exportPath === null) {
        const path = await this.exports.write(tenant.slug, tenantId, await this.hosting.migrationTarget(placeOf(tenant)));
        await this.tenants.update(tenantId, { exportPath: path });
      }
      await this.hosting.revokeAccess(placeOf(tenant));
      this.tenantDb.forgetCredentials(tenantId);
    });
  }

  /** The row goes last: as long as it is there the job is not done, and the name is not free. */
  async remove(tenantId: number): Promise<void> {
    await this.inTurn(tenantId, 'deleting', async (tenant) => {
      await this.routers.forgetTenant(tenantId);
      if (await this.repository.hasBegunDatabase(tenantId)) await this.hosting.remove(placeOf(tenant));
      this.tenantDb.forgetCredentials(tenantId);
      if (tenant.exportPath !== null) await this.exports.remove(tenant.exportPath);
      await this.db.transaction(async () => {
        await this.subscriptions.forget(tenantId);
        await this.tenants.remove(tenantId);
      });
    });
    await this.directory.forget();
  }

  private async inTurn(tenantId: number, status: Tenant['status'], work: (tenant: Tenant) => Promise<void>): Promise<void> {
    const turn = await this.repository.lockTenant(tenantId, TURN_SECONDS);
    if (!turn) throw new TenantBusyError();
    try {
      const tenant = await this.tenants.find(tenantId);
      if (tenant?.status === status) await work(tenant);
    } finally {
      turn.release();
    }
  }
}

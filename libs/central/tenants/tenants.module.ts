import { Global, Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { PlansModule } from '@jala/central/plans';
import { RouterRegistryModule } from '@jala/central/routers';
import { AppConfig } from '@jala/infra/config';
import { TenantCredentials, TenantDirectory, TenantProfiles } from '@jala/infra/tenancy';
import { RadiusModule } from '@jala/radius';
import { AccountingUpkeepService } from './accounting-upkeep.service';
import { CloseMissedSessions, KeepAccountingSmall } from './accounting-upkeep.schedules';
import { ArchivePartitionsRepository } from './archive-partitions.repository';
import { DbHostsRepository } from './db-hosts.repository';
import { DomainsService } from './domains.service';
import { LoadLoginHistory } from './login-history.schedules';
import { LoginHistoryService } from './login-history.service';
import { LocalTenantHosting } from './local-tenant-hosting.repository';
import { ProbeHosting } from './probe-hosting.service';
import { ProvisioningSteps } from './provisioning-steps';
import { ProvisioningRepository } from './provisioning.repository';
import { ProvisioningService } from './provisioning.service';
import { TenantChecksRepository } from './tenant-checks.repository';
import { StoredTenantCredentials } from './tenant-credentials.service';
import { CachedTenantDirectory } from './tenant-directory.service';
import { TenantExports } from './tenant-export';
import { TenantHosting } from './tenant-hosting';
import { TenantLoginStore } from './tenant-login-store';
import { StoredTenantProfiles } from './tenant-profiles.service';
import { TenantMaintenanceService } from './tenant-maintenance.service';
import { TenantRemovalService } from './tenant-removal.service';
import { TenantViews } from './tenant-views';
import { ArchiveTenantHandler, DeleteTenantHandler, ProvisionTenantHandler, SettleAbandonedTenants } from './tenants.jobs';
import { TenantsRepository } from './tenants.repository';
import { TenantsService } from './tenants.service';
import { WelcomeMails } from './welcome-mails';

/** For every program: binds the ports through which tenancy learns where the tenants are. */
@Global()
@Module({
  providers: [
    TenantsRepository,
    DbHostsRepository,
    CachedTenantDirectory,
    { provide: TenantDirectory, useExisting: CachedTenantDirectory },
    { provide: TenantCredentials, useClass: StoredTenantCredentials },
    { provide: TenantProfiles, useClass: StoredTenantProfiles },
  ],
  exports: [TenantsRepository, DbHostsRepository, CachedTenantDirectory, TenantDirectory, TenantCredentials, TenantProfiles],
})
export class TenantDirectoryModule {}

const hosting = {
  provide: TenantHosting,
  inject: [AppConfig, DbHostsRepository],
  useFactory: (config: AppConfig, hosts: DbHostsRepository): TenantHosting => {
    // Refused at the start and not in the middle of setting up a tenant.
    if (config.tenantMode !== 'local') throw new Error(`TENANT_MODE=${config.tenantMode} is not available in this version. Use local.`);
    return new LocalTenantHosting(hosts, config);
  },
};

/** The use cases. Needs a global module that binds `TenantSetup`. */
@Module({
  imports: [TenantDirectoryModule, CentralActivityModule, PlansModule, RouterRegistryModule, RadiusModule],
  providers: [
    hosting,
    ProbeHosting,
    ProvisioningRepository,
    ProvisioningSteps,
    ProvisioningService,
    TenantChecksRepository,
    TenantExports,
    TenantViews,
    TenantsService,
    DomainsService,
    TenantRemovalService,
    TenantMaintenanceService,
    ArchivePartitionsRepository,
    AccountingUpkeepService,
    WelcomeMails,
  ],
  exports: [
    ProbeHosting,
    TenantsService,
    DomainsService,
    ProvisioningService,
    TenantExports,
    TenantRemovalService,
    TenantMaintenanceService,
    AccountingUpkeepService,
  ],
})
export class TenantsModule {}

/** For the worker. */
@Module({
  imports: [TenantsModule, RadiusModule],
  providers: [
    ProvisionTenantHandler,
    ArchiveTenantHandler,
    DeleteTenantHandler,
    SettleAbandonedTenants,
    CloseMissedSessions,
    KeepAccountingSmall,
    TenantLoginStore,
    LoginHistoryService,
    LoadLoginHistory,
  ],
})
export class TenantsWorkerModule {}

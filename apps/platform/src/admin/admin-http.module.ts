import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { MonitoringModule } from '@jala/central/monitoring';
import { PlansModule } from '@jala/central/plans';
import { RouterRegistryModule } from '@jala/central/routers';
import { PlatformStaffModule } from '@jala/central/staff';
import { TenantsModule } from '@jala/central/tenants';
import { PlatformActivityController } from './activity.controller';
import { MonitoringController } from './monitoring.controller';
import { OverviewController } from './overview.controller';
import { PlansController } from './plans.controller';
import { ProvisioningController } from './provisioning.controller';
import { PlatformRolesController } from './roles.controller';
import { RegistryRoutersController } from './routers.controller';
import { TenantDomainsController } from './tenant-domains.controller';
import { TenantsController } from './tenants.controller';
import { UnknownSourcesController } from './unknown-sources.controller';
import { PlatformUsersController } from './users.controller';

@Module({
  imports: [CentralActivityModule, MonitoringModule, PlansModule, PlatformStaffModule, RouterRegistryModule, TenantsModule],
  controllers: [
    OverviewController,
    TenantsController,
    ProvisioningController,
    TenantDomainsController,
    PlansController,
    PlatformUsersController,
    PlatformRolesController,
    PlatformActivityController,
    RegistryRoutersController,
    UnknownSourcesController,
    MonitoringController,
  ],
})
export class AdminHttpModule {}

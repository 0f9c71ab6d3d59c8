import { Module } from '@nestjs/common';
import { TenantActivityModule } from '@jala/tenant/activity';
import { CustomersModule } from '@jala/tenant/customers';
import { DashboardModule } from '@jala/tenant/dashboard';
import { RoutersModule } from '@jala/tenant/routers';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { SessionsModule } from '@jala/tenant/sessions';
import { SettingsModule } from '@jala/tenant/settings';
import { TenantStaffModule } from '@jala/tenant/staff';
import { TimelineModule } from '@jala/tenant/timeline';
import { UsageModule } from '@jala/tenant/usage';
import { TenantActivityController } from './activity.controller';
import { CustomersController } from './customers.controller';
import { DashboardController } from './dashboard.controller';
import { DisconnectionsController } from './disconnections.controller';
import { CustomerDevicesController } from './customer-devices.controller';
import { RadiusServerController } from './radius-server.controller';
import { RadsecAuthorityController, RouterCertificatesController } from './router-certificates.controller';
import { RolesController } from './roles.controller';
import { TenantRoutersController } from './routers.controller';
import { ServicePlansController } from './service-plans.controller';
import { TenantSessionsController } from './sessions.controller';
import { SettingsController } from './settings.controller';
import { StaffController } from './staff.controller';
import { TimelineController } from './timeline.controller';
import { UsageController } from './usage.controller';

@Module({
  imports: [
    CustomersModule,
    DashboardModule,
    RoutersModule,
    ServicePlansModule,
    SessionsModule,
    SettingsModule,
    TenantActivityModule,
    TenantStaffModule,
    TimelineModule,
    UsageModule,
  ],
  controllers: [
    DashboardController,
    CustomersController,
    CustomerDevicesController,
    UsageController,
    TenantSessionsController,
    TimelineController,
    DisconnectionsController,
    ServicePlansController,
    RadiusServerController,
    RadsecAuthorityController,
    RouterCertificatesController,
    TenantRoutersController,
    SettingsController,
    StaffController,
    RolesController,
    TenantActivityController,
  ],
})
export class TenantHttpModule {}

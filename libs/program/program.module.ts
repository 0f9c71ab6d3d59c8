import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { CertificatesModule } from '@jala/central/certificates';
import { MonitoringModule } from '@jala/central/monitoring';
import { PlansModule } from '@jala/central/plans';
import { RouterRegistryModule } from '@jala/central/routers';
import { PlatformAccountsModule, PlatformAccountStore, PlatformStaffModule } from '@jala/central/staff';
import { TenantsModule } from '@jala/central/tenants';
import { CentralDbModule } from '@jala/infra/central-db';
import { ConfigModule } from '@jala/infra/config';
import { CryptoModule } from '@jala/infra/crypto';
import { IdentityModule } from '@jala/infra/identity';
import { LoggingModule } from '@jala/infra/logging';
import { MailModule } from '@jala/infra/mail';
import { GivenUpJobsModule, QueueModule } from '@jala/infra/queue';
import { TenancyModule } from '@jala/infra/tenancy';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { CustomersModule } from '@jala/tenant/customers';
import { DashboardModule } from '@jala/tenant/dashboard';
import { RoutersModule } from '@jala/tenant/routers';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { SessionsModule } from '@jala/tenant/sessions';
import { SettingsModule } from '@jala/tenant/settings';
import { TenantSetupModule } from '@jala/tenant/setup';
import { TenantAccountsModule, TenantAccountStore, TenantStaffModule } from '@jala/tenant/staff';
import { ClockModule } from './clock.module';
import { centralEntities, tenantEntities } from './entities';

/**
 * Everything Jala does, without a way in: the HTTP program, the worker and the command line each add theirs.
 * This is the one place where the central and the tenant side are put together.
 */
const modules = [
  ConfigModule,
  LoggingModule,
  ClockModule,
  CryptoModule,
  CentralDbModule.forRoot({ entities: centralEntities }),
  TenancyModule.forRoot({ entities: tenantEntities }),
  QueueModule,
  GivenUpJobsModule,
  MailModule,
  IdentityModule.forRoot({
    imports: [PlatformAccountsModule, TenantAccountsModule],
    platform: PlatformAccountStore,
    tenant: TenantAccountStore,
  }),
  RadiusModule,
  CentralActivityModule,
  CertificatesModule,
  MonitoringModule,
  PlansModule,
  PlatformStaffModule,
  RouterRegistryModule,
  TenantsModule,
  TenantActivityModule,
  TenantStaffModule,
  TenantSetupModule,
  CustomersModule,
  DashboardModule,
  RoutersModule,
  ServicePlansModule,
  SessionsModule,
  SettingsModule,
];

@Module({ imports: modules, exports: modules })
export class ProgramModule {}

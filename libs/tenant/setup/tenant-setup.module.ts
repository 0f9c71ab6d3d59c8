import { Global, Module } from '@nestjs/common';
import { TenantSetup } from '@jala/infra/tenancy';
import { RadiusModule } from '@jala/radius';
import { TenantStaffModule } from '@jala/tenant/staff';
import { SettingsSeedRepository } from './settings-seed.repository';
import { TenantSetupService } from './tenant-setup.service';

/** Global because it binds `TenantSetup`, which provisioning asks without knowing the tenant side. */
@Global()
@Module({
  imports: [TenantStaffModule, RadiusModule],
  providers: [SettingsSeedRepository, { provide: TenantSetup, useClass: TenantSetupService }],
  exports: [TenantSetup],
})
export class TenantSetupModule {}

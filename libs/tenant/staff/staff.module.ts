import { Module } from '@nestjs/common';
import { TenantActivityModule } from '@jala/tenant/activity';
import { RolePermissionsRepository } from './role-permissions.repository';
import { RolesService } from './roles.service';
import { TenantAccountStore } from './tenant-account.store';
import { TenantStaffService } from './tenant-staff.service';

/** Apart from the use cases, because the identity engine is built on the store and the use cases on the engine. */
@Module({
  imports: [TenantActivityModule],
  providers: [TenantAccountStore, RolePermissionsRepository],
  exports: [TenantAccountStore, RolePermissionsRepository, TenantActivityModule],
})
export class TenantAccountsModule {}

@Module({ imports: [TenantAccountsModule], providers: [TenantStaffService, RolesService], exports: [TenantStaffService, RolesService] })
export class TenantStaffModule {}

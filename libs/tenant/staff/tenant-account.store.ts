import { Injectable } from '@nestjs/common';
import { type Permission, TENANT_ROLES } from '@jala/contracts';
import { AccountStore } from '@jala/infra/identity';
import { TenantDatabase, TenantDirectory, TenantScope } from '@jala/infra/tenancy';
import { ActivityLog } from '@jala/tenant/activity';
import { RolePermissionsRepository } from './role-permissions.repository';
import { effectivePermissions } from './role.rules';

/** The staff of the current tenant. What their roles may do, the owner can change. */
@Injectable()
export class TenantAccountStore extends AccountStore {
  readonly audience = 'tenant';
  readonly roles = TENANT_ROLES;

  constructor(
    database: TenantDatabase,
    activity: ActivityLog,
    private readonly rolePermissions: RolePermissionsRepository,
    private readonly directory: TenantDirectory,
  ) {
    super(database, activity, 'staff');
  }

  async permissionsOf(role: string): Promise<ReadonlySet<Permission>> {
    return effectivePermissions(role, await this.rolePermissions.find(role));
  }

  async displayName(): Promise<string> {
    return (await this.directory.byId(TenantScope.current().id)).name;
  }
}

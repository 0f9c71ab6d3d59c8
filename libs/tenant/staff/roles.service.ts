import { Injectable } from '@nestjs/common';
import { type Actor, type Permission, TENANT_PERMISSIONS, TENANT_ROLES } from '@jala/contracts';
import { PrincipalCache } from '@jala/infra/identity';
import { ActivityLog } from '@jala/tenant/activity';
import { RolePermissionsRepository } from './role-permissions.repository';
import { asTenantRole, assertMayShape, effectivePermissions, OWNER, withImplied } from './role.rules';
import { TenantAccountStore } from './tenant-account.store';

export interface RoleView {
  readonly role: string;
  readonly permissions: readonly Permission[];
  readonly editable: boolean;
}

@Injectable()
export class RolesService {
  constructor(
    private readonly repository: RolePermissionsRepository,
    private readonly store: TenantAccountStore,
    private readonly activity: ActivityLog,
    private readonly cache: PrincipalCache,
  ) {}

  async list(): Promise<{ roles: RoleView[]; permissions: readonly Permission[] }> {
    const stored = await this.repository.all();
    return {
      roles: TENANT_ROLES.map((role) => viewOf(role, effectivePermissions(role, stored.get(role)))),
      permissions: TENANT_PERMISSIONS,
    };
  }

  /**
   * Takes effect with the next request of everybody who has the role.
   * @throws DomainError ROLE_NOT_FOUND, ROLE_NOT_EDITABLE, FORBIDDEN, GRANT_EXCEEDS_OWN
   */
  async shape(actor: Actor, name: string, wanted: readonly Permission[]): Promise<RoleView> {
    const role = asTenantRole(name);
    const permissions = withImplied(wanted);
    assertMayShape(actor, role, permissions);
    await this.store.transaction(async () => {
      const before = effectivePermissions(role, await this.repository.find(role, { lock: true }));
      await this.repository.save(role, permissions);
      await this.activity.record(
        actor,
        'role.updated',
        { type: 'role', id: null, label: role },
        { before: { permissions: before }, after: { permissions: new Set(permissions) } },
      );
    });
    this.cache.forgetRealm(this.store.realm);
    return viewOf(role, new Set(permissions));
  }
}

const viewOf = (role: string, permissions: ReadonlySet<Permission>): RoleView => ({
  role,
  permissions: TENANT_PERMISSIONS.filter((permission) => permissions.has(permission)),
  editable: role !== OWNER,
});

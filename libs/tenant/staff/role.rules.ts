import {
  type Actor,
  DomainError,
  type Permission,
  TENANT_PERMISSIONS,
  TENANT_ROLE_PERMISSIONS,
  TENANT_ROLES,
  type TenantRole,
} from '@jala/contracts';
import { assertWithinOwn } from '@jala/infra/identity';

export const OWNER: TenantRole = 'owner';

const KNOWN: ReadonlySet<string> = new Set(TENANT_PERMISSIONS);

/** @throws DomainError ROLE_NOT_FOUND */
export function asTenantRole(role: string): TenantRole {
  const known = TENANT_ROLES.find((name) => name === role);
  if (!known) throw new DomainError('ROLE_NOT_FOUND', { role });
  return known;
}

/** Whoever manages something must be able to see it: a screen nobody can open cannot be managed. */
export function withImplied(permissions: readonly Permission[]): Permission[] {
  const all = new Set<string>(permissions);
  for (const permission of permissions) {
    const view = permission.replace(/\.[a-z_]+$/, '.view');
    if (KNOWN.has(view)) all.add(view);
  }
  return TENANT_PERMISSIONS.filter((permission) => all.has(permission));
}

/** What a role may do: what the owner made of it, otherwise what Jala ships. Words of another version mean nothing. */
export function effectivePermissions(role: string, stored: readonly string[] | undefined): ReadonlySet<Permission> {
  const known = TENANT_ROLES.find((name) => name === role);
  if (!known) return new Set();
  if (known === OWNER || stored === undefined) return new Set(TENANT_ROLE_PERMISSIONS[known]);
  return new Set(TENANT_PERMISSIONS.filter((permission) => stored.includes(permission)));
}

/**
 * The owner shapes the other roles, within what the owner may do.
 * @throws DomainError FORBIDDEN, ROLE_NOT_EDITABLE, GRANT_EXCEEDS_OWN
 */
export function assertMayShape(actor: Actor, role: TenantRole, permissions: readonly Permission[]): void {
  if (actor.role !== OWNER) throw new DomainError('FORBIDDEN', { role });
  if (role === OWNER) throw new DomainError('ROLE_NOT_EDITABLE', { role });
  assertWithinOwn(actor, permissions);
}

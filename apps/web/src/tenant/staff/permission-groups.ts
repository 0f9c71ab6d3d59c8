import type { Permission } from '@jala/contracts';

/** Which job a permission belongs to. What is missing here stands at the end, so a new permission is never invisible. */
const GROUPS: readonly [name: string, areas: readonly string[]][] = [
  ['general', ['dashboard']],
  ['customers', ['customers', 'sessions']],
  ['sales', ['service_plans', 'vouchers']],
  ['money', ['invoices', 'payments', 'reports']],
  ['network', ['routers', 'router_scripts', 'ip_pools', 'bandwidth_profiles']],
  ['team', ['staff', 'tenant_activity', 'settings']],
];

export interface PermissionGroup {
  name: string;
  permissions: Permission[];
}

export function groupPermissions(permissions: readonly Permission[]): PermissionGroup[] {
  const area = (permission: Permission) => permission.slice(0, permission.indexOf('.'));
  const known = new Set(GROUPS.flatMap(([, areas]) => areas));
  const groups = GROUPS.map(([name, areas]) => ({
    name,
    permissions: permissions.filter((permission) => areas.includes(area(permission))),
  }));
  const others = { name: 'others', permissions: permissions.filter((permission) => !known.has(area(permission))) };
  return [...groups, others].filter((group) => group.permissions.length > 0);
}

/** Whoever manages something also sees it: the server adds the right to see, so the form shows it at once. */
export function withPermission(
  own: readonly Permission[],
  permission: Permission,
  granted: boolean,
  all: readonly Permission[],
): Permission[] {
  const next = new Set(own);
  const view = permission.replace(/\.[a-z_]+$/, '.view') as Permission;
  if (granted) {
    next.add(permission);
    if (all.includes(view)) next.add(view);
  } else {
    next.delete(permission);
    if (permission === view) for (const other of all) if (other.startsWith(view.slice(0, -'view'.length))) next.delete(other);
  }
  return all.filter((name) => next.has(name));
}

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
  const groups = GROUPS.map(([name, areas]) => ({ name, permissions: permissions.filter((permission) => areas.includes(area(permission))) }));
  const others = { name: 'others', permissions: permissions.filter((permission) => !known.has(area(permission))) };
  return [...groups, others].filter((group) => group.permissions.length > 0);
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamicModule, ForwardReference, Type } from '@nestjs/common';
import {
  PLATFORM_PERMISSIONS,
  PLATFORM_ROLE_PERMISSIONS,
  PLATFORM_ROLES,
  TENANT_PERMISSIONS,
  TENANT_ROLE_PERMISSIONS,
  TENANT_ROLES,
} from '@jala/contracts';
import { type DeclaredRoute, describeAccess, isAllowed, routesOf } from '@jala/infra/authz';
import { AppModule } from '../../apps/platform/src/app.module';

const SNAPSHOT = join(__dirname, 'route-permissions.snapshot.json');
/** Outside the global prefix. */
const UNPREFIXED = ['/metrics'];

type ModuleImport = Type<unknown> | DynamicModule | Promise<DynamicModule> | ForwardReference;

/** Every controller of the HTTP program, found in the module decorators without starting anything. */
async function controllersOf(root: ModuleImport, seen = new Set<unknown>()): Promise<Type<unknown>[]> {
  const given = await root;
  if (seen.has(given)) return [];
  seen.add(given);
  if ('forwardRef' in given) return controllersOf(given.forwardRef() as Type<unknown>, seen);
  const dynamic = 'module' in given ? given : undefined;
  const type = dynamic ? dynamic.module : (given as Type<unknown>);
  const listed = <T>(key: string, more: readonly T[] = []): T[] => [
    ...((Reflect.getMetadata(key, type) as T[] | undefined) ?? []),
    ...more,
  ];
  const imported = await Promise.all(
    listed<ModuleImport>('imports', dynamic?.imports as ModuleImport[] | undefined).map((each) => controllersOf(each, seen)),
  );
  return [...listed<Type<unknown>>('controllers', dynamic?.controllers), ...imported.flat()];
}

const pathOf = (route: DeclaredRoute): string => (UNPREFIXED.includes(route.path) ? route.path : `/api${route.path}`);

async function routes(): Promise<DeclaredRoute[]> {
  return [...new Set(await controllersOf(AppModule))].flatMap(routesOf);
}

describe('who can reach which route', () => {
  /** A difference here changes who can reach an endpoint. When it is meant: UPDATE_ROUTE_PERMISSIONS=1 npx jest --selectProjects architecture --testPathPatterns route-permissions */
  it('is as the reviewed snapshot says', async () => {
    const entries = (await routes()).map((route) => [`${route.method} ${pathOf(route)}`, describeAccess(route.access)] as const);
    const actual = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env['UPDATE_ROUTE_PERMISSIONS']) writeFileSync(SNAPSHOT, `${JSON.stringify(actual, null, 2)}\n`);
    expect(actual).toEqual(JSON.parse(readFileSync(SNAPSHOT, 'utf8')));
  });

  it('is declared on every route, and no two routes are the same', async () => {
    const all = await routes();
    expect(all.filter(({ access }) => access === undefined)).toEqual([]);
    const names = all.map((route) => `${route.method} ${route.path}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(all.length).toBeGreaterThan(40);
  });

  it('is a permission of the route’s own audience', async () => {
    for (const { path, access } of await routes()) {
      if (access?.kind !== 'permission') continue;
      const audience: readonly string[] = path.startsWith('/platform/')
        ? PLATFORM_PERMISSIONS
        : path.startsWith('/tenant/')
          ? TENANT_PERMISSIONS
          : [];
      expect([path, audience.includes(access.permission)]).toEqual([path, true]);
    }
  });

  it('is never everybody for what belongs to an audience', async () => {
    const open = (await routes()).filter(({ path, access }) => /^\/(platform|tenant)\//.test(path) && access?.kind !== 'permission');
    expect(open.map(({ path }) => path)).toEqual([]);
  });
});

/** The table of the product, word for word: a cell is one or more permissions. */
const TABLE: Record<string, { permissions: readonly string[]; roles: string }> = {
  dashboard: { permissions: ['dashboard.view'], roles: 'owner admin technician cashier reseller' },
  routers: { permissions: ['routers.view', 'routers.manage'], roles: 'owner admin technician' },
  customers: { permissions: ['customers.view', 'customers.manage', 'sessions.view'], roles: 'owner admin technician cashier' },
  'ending sessions': { permissions: ['sessions.disconnect'], roles: 'owner admin technician' },
  'service plans': { permissions: ['service_plans.view', 'service_plans.manage'], roles: 'owner admin' },
  'vouchers: generate': { permissions: ['vouchers.generate'], roles: 'owner admin cashier' },
  'vouchers: sell': { permissions: ['vouchers.sell'], roles: 'owner admin cashier reseller' },
  'invoices, payments': {
    permissions: ['invoices.view', 'invoices.manage', 'payments.view', 'payments.manage'],
    roles: 'owner admin cashier',
  },
  reports: { permissions: ['reports.view'], roles: 'owner admin cashier' },
  'staff users': { permissions: ['staff.view', 'staff.manage', 'tenant_activity.view'], roles: 'owner admin' },
  settings: { permissions: ['settings.view', 'settings.manage'], roles: 'owner' },
  'router scripts, IP pools, bandwidth profiles': {
    permissions: ['router_scripts.manage', 'ip_pools.manage', 'bandwidth_profiles.manage'],
    roles: 'owner admin technician',
  },
};

describe('the roles of a tenant', () => {
  it.each(Object.entries(TABLE))('%s: exactly as in the table', (_row, { permissions, roles }) => {
    for (const permission of permissions) {
      const allowed = TENANT_ROLES.filter((role) =>
        isAllowed(new Set(TENANT_ROLE_PERMISSIONS[role]), permission as (typeof TENANT_PERMISSIONS)[number]),
      );
      expect([permission, allowed]).toEqual([permission, roles.split(' ')]);
    }
  });

  it('has a row for every permission there is', () => {
    expect(
      Object.values(TABLE)
        .flatMap(({ permissions }) => permissions)
        .sort(),
    ).toEqual([...TENANT_PERMISSIONS].sort());
  });
});

describe('the roles of the platform', () => {
  it.each([
    ['tenants.manage', 'super_admin platform_admin'],
    ['platform_users.manage', 'super_admin platform_admin'],
    ['plans.manage', 'super_admin'],
    ['tickets.manage', 'super_admin platform_support'],
    ['platform_invoices.manage', 'super_admin platform_cashier'],
    ['monitoring.view', 'super_admin platform_technician'],
  ] as const)('%s belongs to %s', (permission, roles) => {
    expect(PLATFORM_ROLES.filter((role) => isAllowed(new Set(PLATFORM_ROLE_PERMISSIONS[role]), permission)).join(' ')).toBe(roles);
  });
});

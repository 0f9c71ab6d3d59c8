import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { TENANT_ROLE_PERMISSIONS, TENANT_ROLES, type TenantPermission, type TenantRole } from '@jala/contracts';
import type { ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, type TenantInUse } from './support/stack';

const MISSING = '999999999';
const STREAMS = /\/events$/;

interface Route {
  readonly method: string;
  /** With `{id}` as OpenAPI writes it. */
  readonly template: string;
  readonly permission: TenantPermission;
}

const declared = JSON.parse(readFileSync(join(__dirname, '../architecture/route-permissions.snapshot.json'), 'utf8')) as Record<
  string,
  string
>;

const fill = (template: string, id: string | number): string => template.replace('{role}', 'cashier').replace(/\{\w+\}/g, String(id));

/** The status of an answer that may never end: a stream is left as soon as it has begun. */
function statusOf(stack: Stack, host: string, token: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, stack.platform.baseUrl), { headers: { host, authorization: `Bearer ${token}` } }, (response) => {
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Where an empty body is refused before anybody is looked up. */
const BODIES: Readonly<Record<string, object>> = { 'PUT /api/tenant/customers/{id}/devices': { devices: [] } };

/** Every route the running program describes: a new one is covered on the day it is written. */
describe('tenants and roles keep to themselves', () => {
  let stack: Stack;
  let north: TenantInUse;
  let south: TenantInUse;
  let routes: Route[];

  const send = async (client: ApiClient, route: Route, id: string | number = MISSING): Promise<{ status: number; code?: string }> => {
    const { status, body } = await client.send(
      route.method,
      fill(route.template, id),
      route.method === 'GET' || route.method === 'DELETE' ? undefined : (BODIES[`${route.method} ${route.template}`] ?? {}),
    );
    return { status, code: body?.code };
  };
  const hostOf = (tenant: TenantInUse): string => `${tenant.slug}.localhost:${new URL(stack.run.api).port}`;
  /** One line for each route that answered otherwise, so that a failure names the hole. */
  const deviations = async (expected: number, ask: (route: Route) => Promise<{ status: number }>, of = routes): Promise<string[]> => {
    const found: string[] = [];
    for (const route of of) {
      const { status } = await ask(route);
      if (status !== expected) found.push(`${route.method} ${route.template} answered ${status}`);
    }
    return found;
  };

  beforeAll(async () => {
    stack = sharedStack();
    const admin = await stack.superadmin();
    [north, south] = await Promise.all([createTenant(stack, admin), createTenant(stack, admin)]);
    const { body } = await stack.platform.get<{ paths: Record<string, Record<string, unknown>> }>('/api/docs-json');
    routes = Object.entries(body.paths)
      .filter(([path]) => path.startsWith('/api/tenant/'))
      .flatMap(([template, methods]) =>
        Object.keys(methods).map((name) => {
          const method = name.toUpperCase();
          return { method, template, permission: declared[`${method} ${template.replace(/\{(\w+)\}/g, ':$1')}`] as TenantPermission };
        }),
      );
  }, 60_000);

  it('knows the declared permission of every route there is', () => {
    expect(routes.filter(({ permission }) => permission === undefined)).toEqual([]);
    expect(routes).toHaveLength(Object.keys(declared).filter((name) => name.includes(' /api/tenant/')).length);
    expect(routes.length).toBeGreaterThan(30);
  });

  it('answers 404 on every route to a token of another tenant, on its host', async () => {
    const stranger = north.owner.with({ host: hostOf(south) });
    expect(await deviations(404, (route) => send(stranger, route))).toEqual([]);
  });

  it('answers 404 on every route to a token of another tenant, named by X-Tenant', async () => {
    const stranger = north.owner.with({ host: `localhost:${new URL(stack.run.api).port}`, tenant: south.slug });
    expect(await deviations(404, (route) => send(stranger, route))).toEqual([]);
  });

  it('answers 404 on every route to a token of the platform, and to any token on the platform host', async () => {
    const admin = await stack.superadmin();
    expect(await deviations(404, (route) => send(admin.with({ host: hostOf(south) }), route))).toEqual([]);
    const port = new URL(stack.run.api).port;
    expect(await deviations(404, (route) => send(north.owner.with({ host: `localhost:${port}` }), route))).toEqual([]);
  });

  it('answers 401 on every route without a token', async () => {
    expect(await deviations(401, (route) => send(stack.tenant(south.slug), route))).toEqual([]);
  });

  it('answers 404 to the ids of another tenant, and changes nothing there', async () => {
    const { owner } = south;
    const plan = { name: 'Home', download_bps: 5_000_000, upload_bps: 1_000_000, price_minor: 100 };
    // Several, so that no id of the south can also be one of the north.
    const ids: Record<string, number> = {};
    for (let i = 0; i < 3; i += 1)
      ids['service-plans'] = (await owner.post('/api/tenant/service-plans', { ...plan, name: `Home ${i}` })).body.id;
    for (let i = 0; i < 3; i += 1) {
      const customer = { name: 'Siti', username: `siti${i}`, service_plan_id: ids['service-plans'], service_type: 'hotspot' };
      ids['customers'] = (await owner.post('/api/tenant/customers', customer)).body.id;
      ids['routers'] = (
        await owner.post('/api/tenant/routers', { name: `R${i}`, address: `2001:db8:${south.id.toString(16)}::${i + 1}` })
      ).body.id;
      const person = { name: 'Staff', email: `staff${i}@${south.slug}.example`, role: 'cashier', password: 'rather-long-Passw0rd-77' };
      ids['staff'] = (await owner.post('/api/tenant/staff', person)).body.id;
    }
    const before = await owner.get('/api/tenant/customers');
    const withId = routes.filter(({ template }) => template.includes('{id}'));
    const idOf = (route: Route): number => ids[route.template.split('/')[3]!]!;
    expect(withId.map(idOf).filter((id) => !(id > 1))).toEqual([]);
    expect(await deviations(404, (route) => send(north.owner, route, idOf(route)), withId)).toEqual([]);
    expect((await owner.get('/api/tenant/customers')).body).toEqual(before.body);
  });

  it('lets every role do exactly what the table says, on every route', async () => {
    const wrong: string[] = [];
    for (const role of TENANT_ROLES) {
      const client = await loggedIn(north, role);
      const allowed: readonly TenantPermission[] = TENANT_ROLE_PERMISSIONS[role];
      for (const route of routes) {
        const status = STREAMS.test(route.template)
          ? await statusOf(stack, hostOf(north), client.token, route.template)
          : (await send(client.api, route)).status;
        const refused = status === 403;
        const passed = status < 500 && status !== 401 && !refused;
        if (allowed.includes(route.permission) ? !passed : !refused)
          wrong.push(`${role}: ${route.method} ${route.template} answered ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  async function loggedIn(tenant: TenantInUse, role: TenantRole): Promise<{ api: ApiClient; token: string }> {
    const login = { email: tenant.email, password: tenant.password };
    if (role !== 'owner') {
      login.email = `${role}@${tenant.slug}.example`;
      const created = await tenant.owner.post('/api/tenant/staff', { name: role, role, ...login });
      expect([role, created.status]).toEqual([role, 201]);
    }
    const { body } = await stack.tenant(tenant.slug).post<{ token: string }>('/api/login', login);
    return { api: stack.tenant(tenant.slug).with({ token: body.token }), token: body.token };
  }
});

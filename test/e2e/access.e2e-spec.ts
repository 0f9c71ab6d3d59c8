import { request } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Permission,
  PLATFORM_ROLE_PERMISSIONS,
  PLATFORM_ROLES,
  type PlatformRole,
  TENANT_ROLE_PERMISSIONS,
  TENANT_ROLES,
  type TenantRole,
} from '@jala/contracts';
import { type ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, type TenantInUse, uniqueSlug } from './support/stack';

const SNAPSHOT = join(__dirname, '../architecture/route-permissions.snapshot.json');
const routes = Object.entries(JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, string>).map(([route, access]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, path, access };
});
const routesUnder = (prefix: string): typeof routes => routes.filter(({ path }) => path.startsWith(prefix));
/** Ids nobody has and a role nobody knows: whoever is let in finds nothing to break. */
const concrete = (path: string): string => path.replace(':role', 'nobody').replace(/:\w+/g, '999999999');
const PASSWORD = 'tambak-udang-77';

interface Door {
  readonly host: string;
  readonly token?: string;
  readonly tenant?: string;
}

describe('every route', () => {
  let stack: Stack;
  let admin: ApiClient;
  let port: string;
  let north: TenantInUse;
  let south: TenantInUse;
  const tokens = new Map<string, string>();

  /** Status and error code. Does not wait for the end of streams. */
  const knock = (method: string, path: string, door: Door): Promise<{ status: number; code: string | undefined }> =>
    new Promise((resolve, reject) => {
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
      const headers = {
        host: door.host,
        ...(door.token && { authorization: `Bearer ${door.token}` }),
        ...(door.tenant && { 'x-tenant': door.tenant }),
        ...(body && { 'content-type': 'application/json', 'content-length': '2' }),
      };
      const sent = request({ host: '127.0.0.1', port, method, path: concrete(path), headers, timeout: 15_000 }, (response) => {
        const isProblem = response.headers['content-type']?.startsWith('application/problem+json') ?? false;
        const status = response.statusCode ?? 0;
        if (!isProblem) {
          response.destroy();
          resolve({ status, code: undefined });
          return;
        }
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status, code: (JSON.parse(text) as { code: string }).code }));
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} does not answer`)));
      sent.end(body);
    });

  const tokenOf = async (client: ApiClient, email: string, password: string): Promise<string> => {
    const answer = await client.post<{ token: string }>('/api/login', { email, password });
    if (answer.status !== 200) throw new Error(`login of ${email}: ${answer.text}`);
    return answer.body.token;
  };

  beforeAll(async () => {
    stack = sharedStack();
    port = new URL(stack.run.api).port;
    admin = await stack.superadmin();
    [north, south] = await Promise.all([createTenant(stack, admin), createTenant(stack, admin)]);
    for (const [role, creator, door, path] of [
      ...TENANT_ROLES.map((name) => [name, north.owner, stack.tenant(north.slug), '/api/tenant/staff'] as const),
      ...PLATFORM_ROLES.map((name) => [name, admin, stack.platform, '/api/platform/users'] as const),
    ]) {
      const email = `${role}-${uniqueSlug()}@example.net`;
      const created = await creator.post(path, { name: role, email, role, password: PASSWORD });
      if (created.status !== 201) throw new Error(`creating ${role}: ${created.text}`);
      tokens.set(role, await tokenOf(door, email, PASSWORD));
    }
    tokens.set('south', await tokenOf(stack.tenant(south.slug), south.email, south.password));
  }, 120_000);

  const northHost = (): string => `${north.slug}.localhost:${port}`;
  const platformHost = (): string => `localhost:${port}`;

  /** What the table says, against what the server does: 403 for exactly those without the permission. */
  const judge = async (role: string, permissions: readonly Permission[], prefix: string, host: string): Promise<string[]> => {
    const wrong: string[] = [];
    for (const { method, path, access } of routesUnder(prefix)) {
      const { status, code } = await knock(method, path, { host, token: tokens.get(role) });
      const allowed = permissions.includes(access as Permission);
      const admitted = status !== 401 && status !== 403 && status < 500;
      if (allowed ? !admitted : code !== 'FORBIDDEN') wrong.push(`${role} ${method} ${path}: ${status} ${code ?? ''}`);
    }
    return wrong;
  };

  it.each([...TENANT_ROLES])('of a tenant lets the %s do what the table says', async (role: TenantRole) => {
    expect(await judge(role, TENANT_ROLE_PERMISSIONS[role], '/api/tenant/', northHost())).toEqual([]);
  });

  it.each([...PLATFORM_ROLES])('of the platform lets the %s do what the table says', async (role: PlatformRole) => {
    expect(await judge(role, PLATFORM_ROLE_PERMISSIONS[role], '/api/platform/', platformHost())).toEqual([]);
  });

  const outcomes = async (list: typeof routes, door: Door): Promise<string[]> => {
    const answers = await Promise.all(list.map(async ({ method, path }) => [path, await knock(method, path, door)] as const));
    return [...new Set(answers.map(([, { status, code }]) => `${status} ${code ?? ''}`))];
  };

  it('of a tenant does not exist for another tenant’s people, whichever way they name the tenant', async () => {
    const token = tokens.get('south');
    expect(await outcomes(routesUnder('/api/tenant/'), { host: northHost(), token })).toEqual(['404 NOT_FOUND']);
    expect(await outcomes(routesUnder('/api/tenant/'), { host: platformHost(), tenant: north.slug, token })).toEqual(['404 NOT_FOUND']);
  });

  it('of a tenant does not exist for the platform’s people', async () => {
    expect(await outcomes(routesUnder('/api/tenant/'), { host: northHost(), token: tokens.get('super_admin') })).toEqual(['404 NOT_FOUND']);
  });

  it('of one audience does not exist on the other’s host', async () => {
    expect(await outcomes(routesUnder('/api/platform/'), { host: northHost(), token: tokens.get('super_admin') })).toEqual([
      '404 NOT_FOUND',
    ]);
    expect(await outcomes(routesUnder('/api/tenant/'), { host: platformHost(), token: tokens.get('owner') })).toEqual(['404 NOT_FOUND']);
  });

  it('that is not public asks for a token', async () => {
    const closed = routes.filter(({ access }) => access !== 'public');
    expect(
      await outcomes(
        closed.filter(({ path }) => !path.startsWith('/api/platform/')),
        { host: northHost() },
      ),
    ).toEqual(['401 UNAUTHENTICATED']);
    expect(await outcomes(routesUnder('/api/platform/'), { host: platformHost() })).toEqual(['401 UNAUTHENTICATED']);
  });
});

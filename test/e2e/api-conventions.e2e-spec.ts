import { randomUUID } from 'node:crypto';
import { type ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, type TenantInUse } from './support/stack';

describe('the conventions of the API', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let owner: ApiClient;
  const plan = (name: string): Record<string, unknown> => ({
    name,
    download_bps: 5_000_000,
    upload_bps: 1_000_000,
    price_minor: 15_000_000,
  });

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    owner = tenant.owner;
  }, 60_000);

  it('answers an error as problem+json with a code, a sentence and the request id', async () => {
    const answer = await owner.get('/api/tenant/customers/999999');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:jala:error:customer-not-found',
      title: 'Not found',
      status: 404,
      code: 'CUSTOMER_NOT_FOUND',
      detail: 'There is no such customer.',
      request_id: answer.headers['x-request-id'],
    });
  });

  it.each([
    ['no body', undefined, 422],
    ['an unknown field', { name: 'X', downlod_bps: 1 }, 422],
    ['a wrong type', { ...plan('Y'), download_bps: 'fast' }, 422],
  ])('refuses %s and names the fields', async (_, body, status) => {
    const answer = await owner.post('/api/tenant/service-plans', body);
    expect(answer.status).toBe(status);
    expect([answer.body.code, Object.keys(answer.body.errors).length > 0]).toEqual(['VALIDATION_FAILED', true]);
  });

  it('refuses what is not JSON without a trace of the inside', async () => {
    const answer = await owner.send('POST', '/api/tenant/service-plans', undefined, { 'content-type': 'application/json' });
    expect([400, 422]).toContain(answer.status);
    expect(answer.text).not.toMatch(/at .*\.(js|ts):|SELECT|stack/);
  });

  it('pages, sorts and searches on the server', async () => {
    for (const name of ['Alpha', 'Bravo', 'Charlie']) expect((await owner.post('/api/tenant/service-plans', plan(name))).status).toBe(201);
    const second = await owner.get('/api/tenant/service-plans?per_page=2&page=2&sort=name&order=asc');
    expect([second.body.data.map((row: { name: string }) => row.name), second.body.meta]).toEqual([
      ['Charlie'],
      { page: 2, per_page: 2, total: 3 },
    ]);
    const found = await owner.get('/api/tenant/service-plans?search=rav');
    expect(found.body.data.map((row: { name: string }) => row.name)).toEqual(['Bravo']);
    expect((await owner.get('/api/tenant/service-plans?per_page=101')).status).toBe(422);
  });

  it('does a POST once, however often it is sent with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await owner.post('/api/tenant/service-plans', plan('Once'), headers);
    const second = await owner.post('/api/tenant/service-plans', plan('Once'), headers);
    expect([first.status, second.status, second.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
    expect(second.body).toEqual(first.body);
    const other = await owner.post('/api/tenant/service-plans', plan('Other'), headers);
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('frees an Idempotency-Key whose request was refused', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    expect((await owner.post('/api/tenant/service-plans', { name: '' }, headers)).status).toBe(422);
    expect((await owner.post('/api/tenant/service-plans', plan('After all'), headers)).status).toBe(201);
  });

  it('runs one of many simultaneous requests with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => owner.post('/api/tenant/service-plans', plan('Race'), headers)));
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const { body } = await owner.get('/api/tenant/service-plans?search=Race');
    expect(body.meta.total).toBe(1);
  });

  it('describes itself: OpenAPI, health and metrics', async () => {
    const { body } = await stack.platform.get('/api/docs-json');
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/login', '/api/tenant/customers', '/api/platform/tenants']));
    expect((await stack.platform.get('/api/docs')).status).toBe(200);
    const health = await stack.platform.get<{ status: string; details: Record<string, { status: string }> }>('/api/health');
    expect(health.status).toBe(200);
    expect(health.body.details).toMatchObject({ database: { status: 'up' }, redis: { status: 'up' } });
    // Degraded until a worker has looked for the first time.
    expect(['up', 'degraded']).toContain(health.body.details['radius']?.status);
    expect((await stack.platform.get('/metrics')).text).toContain('jala_http_request_seconds_count');
  });

  it('shows its numbers neither on a tenant’s host nor through a proxy', async () => {
    const refused = async (client: ApiClient, path = '/metrics'): Promise<[number, string]> => {
      const { status, body } = await client.get<{ code: string }>(path);
      return [status, body.code];
    };
    expect(await refused(stack.tenant(tenant.slug))).toEqual([404, 'NOT_FOUND']);
    expect(await refused(stack.tenant(tenant.slug), '/%6detrics')).toEqual([404, 'NOT_FOUND']);
    expect(await refused(stack.platform.with({ headers: { 'x-forwarded-for': '198.51.100.7' } }))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await refused(stack.platform.with({ host: 'jala.example' }))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('says so on a host that serves nobody, and sends security headers everywhere', async () => {
    // The router decodes a path before it matches; so does what decides whose request it is.
    const disguised = await stack.tenant('nobody-here').get('/%61pi/context');
    expect([disguised.status, disguised.body.code]).toEqual([404, 'HOST_UNKNOWN']);
    const nobody = await stack.tenant('nobody-here').get('/api/context');
    expect([nobody.status, nobody.body.code]).toEqual([404, 'HOST_UNKNOWN']);
    expect(nobody.headers['content-security-policy']).toContain("default-src 'self'");
    expect(nobody.headers['cache-control']).toBe('no-store');
  });

  it('takes the tenant from X-Tenant for API clients', async () => {
    const client = await stack.platform.with({ tenant: tenant.slug }).login(tenant.email, tenant.password);
    expect((await client.get('/api/tenant/service-plans')).status).toBe(200);
  });
});

import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, uniqueSlug, until } from './support/stack';

interface Progress {
  readonly status: string;
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

describe('tenants through the API', () => {
  let stack: Stack;
  let admin: ApiClient;

  beforeAll(async () => {
    stack = sharedStack();
    admin = await stack.superadmin();
  }, 60_000);

  const newTenant = (slug: string): Record<string, unknown> => ({
    name: `ISP ${slug}`,
    slug,
    owner_name: 'Owner',
    owner_email: `owner@${slug}.example`,
  });

  /** Reads the stream to its end. */
  const follow = async (path: string, token: string): Promise<{ status: number; type: string; text: string }> =>
    new Promise((resolve, reject) => {
      const host = new URL(stack.run.web).host;
      request(
        new URL(path, admin.baseUrl),
        { headers: { host, authorization: `Bearer ${token}`, accept: 'text/event-stream' }, timeout: 30_000 },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode!, type: String(response.headers['content-type']), text }));
        },
      )
        .on('error', reject)
        .end();
    });

  it('can be watched live while they are set up, to the end', async () => {
    const { body } = await stack.platform.post('/api/login', stack.run.superadmin);
    const created = await admin.post('/api/platform/tenants', newTenant(uniqueSlug()));
    expect([created.status, created.body.status]).toEqual([201, 'pending']);
    const stream = await follow(`/api/platform/tenants/${created.body.id}/provisioning/events`, body.token);
    expect([stream.status, stream.type]).toEqual([200, expect.stringContaining('text/event-stream')]);
    const events = [...stream.text.matchAll(/event: progress\n(?:id: .*\n)?data: (.*)\n/g)].map(
      ([, data]) => JSON.parse(data!) as Progress,
    );
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ status: 'ready' });
    const doneOf = ({ steps }: Progress): number => steps.filter(({ status }) => status === 'done').length;
    expect(events.map(doneOf)).toEqual(events.map(doneOf).sort((a, b) => a - b));
    expect(events.at(-1)!.steps.map(({ name }) => name)).toEqual([
      'database',
      'accounts',
      'schema',
      'radius_access',
      'seed',
      'owner',
      'domain',
      'welcome_mail',
    ]);
    expect((await admin.get(`/api/platform/tenants/${created.body.id}/provisioning`)).body).toEqual(events.at(-1));
    const missing = await admin.get('/api/platform/tenants/999999/provisioning/events');
    expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('TENANT_NOT_FOUND')]);
  }, 60_000);

  it.each([
    ['a slug with capitals', { slug: 'Net' }, 'slug'],
    ['a reserved slug', { slug: 'www' }, 'slug'],
    ['no owner', { owner_email: 'nobody' }, 'owner_email'],
    ['a currency that is none', { currency: 'RUPIAH' }, 'currency'],
    ['a zone that is none', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['a weak password', { owner_password: 'password' }, 'owner_password'],
    ['a field nobody knows', { sluug: 'x' }, 'sluug'],
  ])('are refused with %s', async (_, change, field) => {
    const { status, body } = await admin.post('/api/platform/tenants', { ...newTenant(uniqueSlug()), ...change });
    expect([status, body.code, Object.keys(body.errors)]).toEqual([422, 'VALIDATION_FAILED', [field]]);
  });

  it('are suspended with everybody in them, resumed, archived, exported and deleted', async () => {
    const { id, slug, owner, email, password } = await createTenant(stack, admin);
    expect((await admin.post('/api/platform/tenants', newTenant(slug))).body).toMatchObject({
      code: 'TENANT_SLUG_TAKEN',
      errors: { slug: [{ code: 'taken' }] },
    });

    expect((await admin.post(`/api/platform/tenants/${id}/suspend`, { reason: 'unpaid' })).body).toMatchObject({
      status: 'suspended',
      suspended_reason: 'unpaid',
    });
    await until('the suspension to reach the owner', async () => (await owner.get('/api/me')).body.code === 'TENANT_SUSPENDED');
    expect((await stack.tenant(slug).post('/api/login', { email, password })).body.code).toBe('TENANT_SUSPENDED');
    expect((await stack.tenant(slug).get('/api/context')).body.tenant.status).toBe('suspended');
    expect((await admin.post(`/api/platform/tenants/${id}/suspend`, { reason: 'again' })).body.code).toBe('TENANT_STATE_CONFLICT');
    expect((await admin.post(`/api/platform/tenants/${id}/resume`)).body.status).toBe('ready');
    await until('the owner to be back', async () => (await owner.get('/api/me')).status === 200);

    expect((await admin.get(`/api/platform/tenants/${id}/export`)).body.code).toBe('TENANT_EXPORT_MISSING');
    expect((await admin.post(`/api/platform/tenants/${id}/archive`)).body.status).toBe('archived');
    await until('the owner to be out', async () => (await owner.get('/api/me')).status === 404);
    await until('the export', async () => (await admin.get(`/api/platform/tenants/${id}`)).body.has_export);
    const sql = gunzipSync(await download(`/api/platform/tenants/${id}/export`)).toString('utf8');
    expect(sql).toContain(email);

    expect((await admin.delete(`/api/platform/tenants/${id}`, { confirm_slug: 'wrong' })).body.code).toBe('CONFIRMATION_MISMATCH');
    expect((await admin.delete(`/api/platform/tenants/${id}`, { confirm_slug: slug })).status).toBe(202);
    await until('it to be gone', async () => (await admin.get(`/api/platform/tenants/${id}`)).status === 404);
    await until("its host to be nobody's", async () => (await stack.tenant(slug).get('/api/context')).body.code === 'HOST_UNKNOWN');

    const { body: log } = await admin.get(`/api/platform/activity?subject_type=tenant&subject_id=${id}&per_page=50`);
    expect(log.data.map(({ action }: { action: string }) => action).reverse()).toEqual([
      'tenant.created',
      'tenant.suspended',
      'tenant.resumed',
      'tenant.archived',
      'tenant.export_downloaded',
      'tenant.deleted',
    ]);
    expect(log.data[0]).toMatchObject({
      actor_role: 'super_admin',
      ip: '127.0.0.1',
      before: { status: 'archived' },
      after: { status: 'deleting' },
    });
  }, 90_000);

  const download = async (path: string): Promise<Buffer> => {
    const { body } = await stack.platform.post('/api/login', stack.run.superadmin);
    return new Promise((resolve, reject) => {
      const headers = { host: new URL(stack.run.web).host, authorization: `Bearer ${body.token as string}` };
      request(new URL(path, admin.baseUrl), { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
  };

  it('are reached at a domain of their own as long as it is theirs', async () => {
    const [surya, fajar] = [await createTenant(stack, admin), await createTenant(stack, admin)];
    const host = `${surya.slug}.example.net`;
    const added = await admin.post(`/api/platform/tenants/${surya.id}/domains`, { host: host.toUpperCase() });
    expect([added.status, added.body.host]).toEqual([201, host]);
    const door = stack.platform.with({ host });
    await until('the domain to work', async () => (await door.get('/api/context')).body.tenant?.slug === surya.slug);
    expect((await (await door.login(surya.email, surya.password)).get('/api/me')).status).toBe(200);
    expect((await admin.post(`/api/platform/tenants/${fajar.id}/domains`, { host })).body.code).toBe('DOMAIN_TAKEN');
    expect((await admin.post(`/api/platform/tenants/${fajar.id}/domains`, { host: 'x.localhost' })).status).toBe(422);
    expect((await admin.get(`/api/platform/tenants/${surya.id}/domains`)).body.data.map((domain: { host: string }) => domain.host)).toEqual(
      [`${surya.slug}.localhost`, host],
    );
    expect((await admin.delete(`/api/platform/tenants/${fajar.id}/domains/${added.body.id}`)).body.code).toBe('DOMAIN_NOT_FOUND');
    expect((await admin.delete(`/api/platform/tenants/${surya.id}/domains/${added.body.id}`)).status).toBe(204);
    await until("the domain to be nobody's", async () => (await door.get('/api/context')).body.code === 'HOST_UNKNOWN');
  }, 60_000);

  it('are held to the plan they subscribe to', async () => {
    const name = `Plan ${uniqueSlug()}`;
    const terms = {
      name,
      price_monthly_minor: 10_000_000,
      price_yearly_minor: 100_000_000,
      max_routers: 1,
      max_users: null,
      features: ['pppoe'],
    };
    const plan = await admin.post('/api/platform/plans', terms);
    expect([plan.status, plan.body]).toEqual([
      201,
      expect.objectContaining({ ...terms, max_vouchers: null, currency: 'IDR', active: true, tenants: 0 }),
    ]);
    expect((await admin.post('/api/platform/plans', terms)).body.code).toBe('PLAN_NAME_TAKEN');
    expect((await admin.post('/api/platform/plans', { ...terms, name: 'x', price_monthly_minor: -1 })).status).toBe(422);

    const { id, slug, owner } = await createTenant(stack, admin);
    expect(
      (await admin.put(`/api/platform/tenants/${id}/subscription`, { plan_id: plan.body.id, billing_period: 'yearly' })).body.plan,
    ).toEqual({
      id: plan.body.id,
      name,
      billing_period: 'yearly',
    });
    const address = (last: number): string => `127.${100 + (id % 100)}.77.${last}`;
    expect((await owner.post('/api/tenant/routers', { name: 'One', address: address(1) })).status).toBe(201);
    expect((await owner.post('/api/tenant/routers', { name: 'Two', address: address(2) })).body).toMatchObject({
      status: 409,
      code: 'PLAN_LIMIT_REACHED',
    });
    expect((await admin.patch(`/api/platform/plans/${plan.body.id}`, { max_routers: null })).body).toMatchObject({
      max_routers: null,
      tenants: 1,
    });
    expect((await owner.post('/api/tenant/routers', { name: 'Two', address: address(2) })).status).toBe(201);
    expect((await admin.delete(`/api/platform/plans/${plan.body.id}`)).body.code).toBe('PLAN_IN_USE');

    const registry = await admin.get(`/api/platform/routers?search=${slug}`);
    expect(registry.body.data.map((router: { address: string; tenant: { slug: string } }) => [router.tenant.slug, router.address])).toEqual(
      [
        [slug, address(1)],
        [slug, address(2)],
      ],
    );
  }, 60_000);

  it('are counted at a glance', async () => {
    const { body } = await admin.get('/api/platform/overview');
    const listed = await admin.get('/api/platform/tenants?per_page=1');
    expect(body).toMatchObject({
      tenants: { total: expect.any(Number), ready: expect.any(Number), failed: 0 },
      routers: expect.any(Number),
      outbox: { failed: 0 },
    });
    expect(Math.abs(body.tenants.total - listed.body.meta.total)).toBeLessThanOrEqual(5);
    expect(body.recent_activity.length).toBeGreaterThan(0);
  });
});

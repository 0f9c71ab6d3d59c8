import { request } from 'node:http';
import { type ApiClient } from './support/api-client';
import { sendRadius } from './support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

describe('routers, sessions, dashboard and settings of a tenant', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let owner: ApiClient;

  const published = (id: number): Promise<unknown> =>
    until('the router to be published', async () => (await owner.get(`/api/tenant/routers/${id}`)).body.published_at !== null);
  /** Rejected is answered too: only an unknown router gets silence. */
  const isAnswered = async (address: string, secret: string): Promise<boolean> => {
    const answer = await sendRadius(
      stack.run.radius.auth,
      'auth',
      { address, secret },
      { 'User-Name': 'nobody', 'User-Password': 'x' },
      { timeoutSeconds: 2 },
    );
    return answer.packet === 'Access-Reject';
  };

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    owner = tenant.owner;
  }, 60_000);

  it('generates a secret, shows it once, and again only on record', async () => {
    const created = await owner.post('/api/tenant/routers', { name: 'Generated', address: '127.22.0.1' });
    expect([created.status, created.body.secret]).toEqual([201, expect.stringMatching(/^[2-9A-Za-z]{32}$/)]);
    expect((await owner.get(`/api/tenant/routers/${created.body.id}`)).text).not.toContain(created.body.secret);
    await published(created.body.id);
    expect(await isAnswered('127.22.0.1', created.body.secret)).toBe(true);
    expect((await owner.post(`/api/tenant/routers/${created.body.id}/reveal-secret`)).body).toEqual({ secret: created.body.secret });
    const log = await owner.get('/api/tenant/activity?action=router.secret_revealed');
    expect([log.body.meta.total, log.text.includes(created.body.secret)]).toEqual([1, false]);
  });

  it('follows a router to a new address and a new secret, and forgets the old ones', async () => {
    const first = { address: '127.22.0.2', secret: 'first-secret-0123456789' };
    const { id } = (await owner.post('/api/tenant/routers', { name: 'Moving', ...first })).body;
    await published(id);
    expect(await isAnswered(first.address, first.secret)).toBe(true);
    const moved = await owner.patch(`/api/tenant/routers/${id}`, { address: '127.22.0.3' });
    expect([moved.status, moved.body.address]).toEqual([200, '127.22.0.3']);
    await published(id);
    await until('the new address to be answered', () => isAnswered('127.22.0.3', first.secret), 5_000);
    await until('silence towards the old address', async () => !(await isAnswered(first.address, first.secret)), 10_000);
    await owner.patch(`/api/tenant/routers/${id}`, { secret: 'second-secret-0123456789' });
    await until('the new secret to count', () => isAnswered('127.22.0.3', 'second-secret-0123456789'), 10_000);
    // The old address is free again, at once and for anybody.
    expect((await owner.post('/api/tenant/routers', { name: 'Successor', address: first.address })).status).toBe(201);
  });

  it('gives the address back when the router is removed or could not be added', async () => {
    const address = '2001:0DB8:0000::22:1';
    const created = await owner.post('/api/tenant/routers', { name: 'Six', address });
    expect([created.status, created.body.address]).toEqual([201, '2001:db8::22:1']);
    const twin = await owner.post('/api/tenant/routers', { name: 'Other', address: '2001:db8::22:1' });
    expect([twin.status, twin.body.code, Object.keys(twin.body.errors)]).toEqual([409, 'ROUTER_ADDRESS_TAKEN', ['address']]);
    const sameName = await owner.post('/api/tenant/routers', { name: 'Six', address: '2001:db8::22:2' });
    expect([sameName.status, sameName.body.code]).toEqual([409, 'ROUTER_NAME_TAKEN']);
    expect((await owner.post('/api/tenant/routers', { name: 'Seven', address: '2001:db8::22:2' })).status).toBe(201);
    expect((await owner.delete(`/api/tenant/routers/${created.body.id}`)).status).toBe(204);
    expect((await owner.post('/api/tenant/routers', { name: 'Six', address })).status).toBe(201);
  });

  it.each([
    [{ address: 'tower.example' }, 'address'],
    [{ address: '224.0.0.5' }, 'address'],
    [{ secret: 'short' }, 'secret'],
    [{ secret: 'with blank in it' }, 'secret'],
    [{ coa_port: 70_000 }, 'coa_port'],
    [{ name: '' }, 'name'],
  ])('refuses %j and names the field', async (over, field) => {
    const answer = await owner.post('/api/tenant/routers', { name: 'Wrong', address: '127.22.0.9', ...over });
    expect([answer.status, Object.keys(answer.body.errors)]).toEqual([422, [field]]);
  });

  it('stops routers of a suspended tenant and knows them again afterwards', async () => {
    const admin = await stack.superadmin();
    const router = { address: '127.22.0.4', secret: 'suspended-secret-0123456789' };
    await published((await owner.post('/api/tenant/routers', { name: 'Paused', ...router })).body.id);
    await admin.post(`/api/platform/tenants/${tenant.id}/suspend`, { reason: 'unpaid' });
    await until('silence while the tenant is suspended', async () => !(await isAnswered(router.address, router.secret)), 10_000);
    await admin.post(`/api/platform/tenants/${tenant.id}/resume`);
    await until('an answer after it is resumed', () => isAnswered(router.address, router.secret), 10_000);
  });

  it('streams the number of sessions as it changes', async () => {
    const router = { address: '127.22.0.5', secret: 'streaming-secret-0123456789' };
    await published((await owner.post('/api/tenant/routers', { name: 'Stream', ...router })).body.id);
    const { token } = (await stack.tenant(tenant.slug).post('/api/login', { email: tenant.email, password: tenant.password })).body;
    const numbers: number[] = [];
    const host = `${tenant.slug}.localhost:${new URL(stack.run.api).port}`;
    const stream = request(
      new URL('/api/tenant/sessions/events', stack.platform.baseUrl),
      { headers: { host, authorization: `Bearer ${token}` } },
      (response) => {
        response.setEncoding('utf8').on('data', (text: string) => {
          for (const [, data] of text.matchAll(/^data: (.*)$/gm)) numbers.push((JSON.parse(data!) as { online: number }).online);
        });
      },
    );
    stream.on('error', () => undefined);
    stream.end();
    try {
      await until('the first number', async () => numbers.length > 0);
      await sendRadius(stack.run.radius.acct, 'acct', router, {
        'User-Name': 'rini',
        'Acct-Session-Id': '80e0bbbb',
        'Acct-Status-Type': 'Start',
      });
      await until('the number to rise', async () => numbers.at(-1) === 1, 15_000);
      expect(numbers[0]).toBe(0);
    } finally {
      stream.destroy();
    }
    const today = await owner.get('/api/tenant/dashboard');
    expect(today.body).toMatchObject({
      sessions_online: 1,
      customers: { total: 0 },
      recent_sessions: [{ username: 'rini', customer: null, router: { name: 'Stream' }, service_type: 'hotspot' }],
    });
    expect(today.body.routers.online).toBeGreaterThanOrEqual(1);
  });

  it('keeps settings for the owner, and the platform knows what it must', async () => {
    const changed = await owner.patch('/api/tenant/settings', { name: 'Angin Net', timezone: 'Asia/Makassar', phone: '' });
    expect(changed.body).toEqual({
      name: 'Angin Net',
      timezone: 'Asia/Makassar',
      currency: 'IDR',
      locale: 'id',
      phone: null,
      address: null,
      keep_sessions_months: 24,
      keep_logins_days: 90,
    });
    expect((await stack.tenant(tenant.slug).get('/api/context')).body.tenant).toMatchObject({
      name: 'Angin Net',
      timezone: 'Asia/Makassar',
    });
    const wrong = await owner.patch('/api/tenant/settings', { timezone: 'Mars/Olympus' });
    expect([wrong.status, Object.keys(wrong.body.errors)]).toEqual([422, ['timezone']]);
    expect((await owner.get('/api/tenant/activity?action=settings.updated')).body.meta.total).toBe(1);
  });
});

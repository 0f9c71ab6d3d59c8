import { type ApiClient } from './support/api-client';
import { type RouterSide, sendRadius } from './support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

const TEN_GIB = 10 * 2 ** 30;

/** From the super admin's login to a router's Access-Accept, as an API client without any knowledge of the code. */
describe('the main path', () => {
  let stack: Stack;
  let admin: ApiClient;
  let north: TenantInUse;
  let south: TenantInUse;
  const northRouter: RouterSide = { address: '127.20.0.1', secret: 'north-router-secret-0123456789' };
  const southRouter: RouterSide = { address: '127.20.0.2', secret: 'south-router-secret-0123456789' };
  const budi = { username: 'budi', password: 'kopi-tubruk-77' };

  const auth = (router: RouterSide, password: string): ReturnType<typeof sendRadius> =>
    sendRadius(stack.run.radius.auth, 'auth', router, { 'User-Name': budi.username, 'User-Password': password }, { timeoutSeconds: 2 });

  const account = (type: string, values: Record<string, string | number>): ReturnType<typeof sendRadius> =>
    sendRadius(stack.run.radius.acct, 'acct', northRouter, {
      'User-Name': budi.username,
      'Acct-Session-Id': '81e00001',
      'Acct-Status-Type': type,
      'NAS-IP-Address': '192.168.88.1',
      'Framed-IP-Address': '10.5.50.2',
      'Calling-Station-Id': 'AA:BB:CC:00:11:22',
      'Service-Type': 'Framed-User',
      'Framed-Protocol': 'PPP',
      ...values,
    });

  beforeAll(async () => {
    stack = sharedStack();
    admin = await stack.superadmin();
    [north, south] = await Promise.all([createTenant(stack, admin), createTenant(stack, admin)]);
  }, 60_000);

  it('lets the owner set up a router, a plan and a customer', async () => {
    const router = await north.owner.post('/api/tenant/routers', { name: 'Tower 1', ...northRouter });
    expect([router.status, router.text]).toEqual([201, expect.stringContaining('Tower 1')]);
    await until('the router to be known to FreeRADIUS', async () => {
      const { body } = await north.owner.get(`/api/tenant/routers/${router.body.id}`);
      return body.published_at !== null;
    });

    const plan = await north.owner.post('/api/tenant/service-plans', {
      name: 'Home 10',
      download_bps: 10_000_000,
      upload_bps: 5_000_000,
      price_minor: 25_000_000,
      validity_value: 1,
      validity_unit: 'months',
    });
    expect(plan.status).toBe(201);

    const customer = await north.owner.post('/api/tenant/customers', {
      ...budi,
      name: 'Budi Santoso',
      service_plan_id: plan.body.id,
      service_type: 'pppoe',
    });
    expect([customer.status, customer.body.username, customer.body.status]).toEqual([201, 'budi', 'active']);
    const list = await north.owner.get('/api/tenant/customers?search=budi');
    expect(list.body.meta.total).toBe(1);
    expect(list.text).not.toContain(budi.password);
  });

  it('accepts the customer with the rate of the plan, upload first', async () => {
    const answer = await auth(northRouter, budi.password);
    expect(answer.packet).toBe('Access-Accept');
    expect(answer.attributes['Mikrotik-Rate-Limit']).toBe('5M/10M');
  });

  it('rejects a wrong password and does not answer a wrong secret', async () => {
    expect((await auth(northRouter, 'wrong')).packet).toBe('Access-Reject');
    expect((await auth({ ...northRouter, secret: 'not-the-secret-of-the-router' }, budi.password)).packet).toBeUndefined();
  });

  it('keeps the customer to routers of their own provider', async () => {
    const router = await south.owner.post('/api/tenant/routers', { name: 'Tower 1', ...southRouter });
    expect(router.status).toBe(201);
    await until('the other router to be known', async () => {
      const { body } = await south.owner.get(`/api/tenant/routers/${router.body.id}`);
      return body.published_at !== null;
    });
    expect((await auth(southRouter, budi.password)).packet).toBe('Access-Reject');
    expect((await auth({ ...southRouter, address: '127.20.0.3' }, budi.password)).packet).toBeUndefined();
  });

  it('refuses an address that another provider has registered', async () => {
    const answer = await south.owner.post('/api/tenant/routers', { name: 'Stolen', address: northRouter.address });
    expect([answer.status, answer.body.code]).toEqual([409, 'ROUTER_ADDRESS_TAKEN']);
  });

  it('turns Start, Interim and Stop into one session with right totals above 4 GiB', async () => {
    const wholeGiga = Math.floor(TEN_GIB / 2 ** 32);
    const counters = { 'Acct-Input-Octets': 1_000, 'Acct-Output-Octets': TEN_GIB % 2 ** 32, 'Acct-Output-Gigawords': wholeGiga };
    expect((await account('Start', {})).packet).toBe('Accounting-Response');

    const online = await until('the session to be online', async () => {
      const { body } = await north.owner.get('/api/tenant/sessions?state=online');
      return body.meta.total === 1 && body.data[0];
    });
    expect([online.username, online.framed_ip, online.router.name, online.customer.name]).toEqual([
      'budi',
      '10.5.50.2',
      'Tower 1',
      'Budi Santoso',
    ]);

    await account('Interim-Update', { 'Acct-Session-Time': 300, 'Acct-Input-Octets': 500, 'Acct-Output-Octets': 2_000 });
    await account('Stop', { 'Acct-Session-Time': 600, 'Acct-Terminate-Cause': 'User-Request', ...counters });

    const ended = await until('the session to end', async () => {
      const { body } = await north.owner.get('/api/tenant/sessions?state=ended');
      return body.meta.total === 1 && body.data[0];
    });
    expect([ended.input_bytes, ended.output_bytes, ended.session_seconds]).toEqual([1_000, TEN_GIB, 600]);
    const customers = await north.owner.get('/api/tenant/customers?search=budi');
    expect(customers.body.data[0].online).toBe(false);
    expect(customers.body.data[0].last_login_at).not.toBeNull();
  });

  it('ends access when the customer is suspended and gives it back', async () => {
    const { body } = await north.owner.get('/api/tenant/customers?search=budi');
    const path = `/api/tenant/customers/${body.data[0].id}`;
    expect((await north.owner.post(`${path}/suspend`, { reason: 'unpaid' })).status).toBeLessThan(300);
    expect((await auth(northRouter, budi.password)).packet).toBe('Access-Reject');
    expect((await north.owner.post(`${path}/resume`)).status).toBeLessThan(300);
    expect((await auth(northRouter, budi.password)).packet).toBe('Access-Accept');
  });

  it('forgets a removed router within seconds', async () => {
    const { body } = await south.owner.get('/api/tenant/routers');
    expect((await south.owner.delete(`/api/tenant/routers/${body.data[0].id}`)).status).toBe(204);
    await until('silence towards the removed router', async () => (await auth(southRouter, 'any')).packet === undefined, 10_000);
  });
});

import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { type ApiClient } from './support/api-client';
import { type RouterSide, sendRadius } from './support/radius';
import { createTenant, sharedStack, type Stack, until } from './support/stack';

const DISCONNECT_REQUEST = 40;
const DISCONNECT_ACK = 41;

/** As much of RouterOS' /radius incoming as a Disconnect-Request needs (RFC 5176 section 3). */
class CoaPort {
  readonly requests: Buffer[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {}

  static open(address: string, secret: string): Promise<CoaPort> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, address, () => {
        const coa = new CoaPort(socket, socket.address().port);
        socket.on('message', (packet, from) => {
          coa.requests.push(packet);
          const head = Buffer.from([DISCONNECT_ACK, packet[1]!, 0, 20]);
          const authenticator = createHash('md5')
            .update(Buffer.concat([head, packet.subarray(4, 20), Buffer.from(secret)]))
            .digest();
          socket.send(Buffer.concat([head, authenticator]), from.port, from.address);
        });
        resolve(coa);
      });
    });
  }

  close(): void {
    this.socket.close();
  }
}

describe('plans and customers of a tenant', () => {
  let stack: Stack;
  let owner: ApiClient;
  let slug: string;
  let planId: number;
  const router: RouterSide = { address: '127.24.0.1', secret: 'customers-router-secret-01' };

  const customer = async (body: object = {}): Promise<any> =>
    (await owner.post('/api/tenant/customers', { name: 'Dewi Sartika', service_plan_id: planId, service_type: 'pppoe', ...body })).body;
  const login = (username: string, password: string): ReturnType<typeof sendRadius> =>
    sendRadius(stack.run.radius.auth, 'auth', router, { 'User-Name': username, 'User-Password': password }, { timeoutSeconds: 2 });

  beforeAll(async () => {
    stack = sharedStack();
    const tenant = await createTenant(stack, await stack.superadmin());
    ({ owner, slug } = tenant);
    const plan = {
      name: 'Home 10',
      download_bps: 10_000_000,
      upload_bps: 5_000_000,
      price_minor: 25_000_000,
      validity_value: 1,
      validity_unit: 'months',
    };
    planId = (await owner.post('/api/tenant/service-plans', plan)).body.id;
    const created = await owner.post('/api/tenant/routers', { name: 'Tower', ...router });
    expect(created).toMatchObject({ status: 201 });
    await until(
      'the router to be published',
      async () => (await owner.get(`/api/tenant/routers/${created.body.id}`)).body.published_at !== null,
    );
  }, 60_000);

  it('gives generated credentials once, and RADIUS accepts them', async () => {
    const created = await customer();
    expect(created.username).toMatch(/^dewi-[a-z2-9]{4}$/);
    expect((await login(created.username, created.password)).packet).toBe('Access-Accept');
    const read = await owner.get(`/api/tenant/customers/${created.id}`);
    expect(read.text).not.toContain(created.password);
    expect(Object.keys(read.body)).not.toContain('password');
    const log = await owner.get('/api/tenant/activity');
    expect(log.text).not.toContain(created.password);
  });

  it('takes the password that is set, at once', async () => {
    const created = await customer({ username: 'reset-me', password: 'before-123' });
    expect((await owner.post(`/api/tenant/customers/${created.id}/password`, { password: 'after-123' })).body).toEqual({
      password: 'after-123',
    });
    expect((await login('reset-me', 'before-123')).packet).toBe('Access-Reject');
    expect((await login('reset-me', 'after-123')).packet).toBe('Access-Accept');
    const generated = await owner.post(`/api/tenant/customers/${created.id}/password`);
    expect((await login('reset-me', generated.body.password)).packet).toBe('Access-Accept');
  });

  it('brings a changed plan to everybody on it, and a changed customer to the new plan', async () => {
    const created = await customer({ username: 'planned', password: 'planned-1' });
    await owner.patch(`/api/tenant/service-plans/${planId}`, { download_bps: 12_000_000 });
    expect((await login('planned', 'planned-1')).attributes['Mikrotik-Rate-Limit']).toBe('5M/12M');
    const fast = await owner.post('/api/tenant/service-plans', {
      name: 'Fast',
      download_bps: 50_000_000,
      upload_bps: 50_000_000,
      price_minor: 0,
    });
    await owner.patch(`/api/tenant/customers/${created.id}`, { service_plan_id: fast.body.id });
    expect((await login('planned', 'planned-1')).attributes['Mikrotik-Rate-Limit']).toBe('50M/50M');
    const inUse = await owner.delete(`/api/tenant/service-plans/${fast.body.id}`);
    expect([inUse.status, inUse.body.code]).toEqual([409, 'SERVICE_PLAN_IN_USE']);
  });

  it('ends access when time is over and gives it back on renewal, with the reason in the history', async () => {
    const created = await customer({ username: 'late', password: 'late-1234' });
    const over = await owner.patch(`/api/tenant/customers/${created.id}`, { expires_at: '2026-01-01T00:00:00Z' });
    expect([over.status, over.body.status]).toEqual([200, 'expired']);
    expect((await login('late', 'late-1234')).packet).toBe('Access-Reject');
    const renewed = await owner.post(`/api/tenant/customers/${created.id}/renew`);
    expect([renewed.status, renewed.body.status]).toEqual([200, 'active']);
    expect((await login('late', 'late-1234')).packet).toBe('Access-Accept');
    const logins = await until('both logins in the history', async () => {
      const { body } = await owner.get(`/api/tenant/customers/${created.id}/logins`);
      return body.meta.total === 2 && body.data;
    });
    expect(logins.map(({ accepted, router: { name } }: any) => [accepted, name])).toEqual([
      [true, 'Tower'],
      [false, 'Tower'],
    ]);
    expect(logins[1].reason).toContain('expired');
  });

  it('takes a suspended customer off the network', async () => {
    const coa = await CoaPort.open(router.address, router.secret);
    try {
      const { body } = await owner.get('/api/tenant/routers');
      await owner.patch(`/api/tenant/routers/${body.data[0].id}`, { coa_port: coa.port });
      const created = await customer({ username: 'online', password: 'online-12' });
      await sendRadius(stack.run.radius.acct, 'acct', router, {
        'User-Name': 'online',
        'Acct-Session-Id': '81e0aaaa',
        'Acct-Status-Type': 'Start',
        'Framed-IP-Address': '10.9.9.9',
        'Framed-Protocol': 'PPP',
      });
      await until('the session', async () => (await owner.get(`/api/tenant/customers/${created.id}/sessions`)).body.meta.total === 1);
      // Without a body: a reason is not required.
      expect((await owner.post(`/api/tenant/customers/${created.id}/suspend`)).body.status).toBe('suspended');
      await until('a Disconnect-Request at the router', async () => coa.requests.length > 0);
      expect(coa.requests[0]![0]).toBe(DISCONNECT_REQUEST);
      expect(coa.requests[0]!.includes('81e0aaaa')).toBe(true);
      await until(
        'the answer in the activity',
        async () => (await owner.get('/api/tenant/activity?action=session.disconnected')).body.meta.total === 1,
      );
      const again = await owner.post(`/api/tenant/customers/${created.id}/suspend`);
      expect([again.status, again.body.code]).toEqual([409, 'CUSTOMER_STATE_CONFLICT']);
    } finally {
      coa.close();
    }
  });

  it.each([
    [{ name: null }, 'name'],
    [{ name: '  ' }, 'name'],
    [{ service_plan_id: '7' }, 'service_plan_id'],
    [{ service_type: 'dialup' }, 'service_type'],
    [{ username: 'two words' }, 'username'],
    [{ email: 'nobody' }, 'email'],
    [{ phone: 'call me' }, 'phone'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: '2026-05-01' }, 'expires_at'],
    [{ expires_at: 5 }, 'expires_at'],
    [{ status: 'active' }, 'status'],
    [{ password: 'not-here-1' }, 'password'],
  ])('refuses a change %j and names the field', async (change, field) => {
    const { body } = await owner.get('/api/tenant/customers?per_page=1');
    const answer = await owner.patch(`/api/tenant/customers/${body.data[0].id}`, change);
    expect([answer.status, Object.keys(answer.body.errors)]).toEqual([422, [field]]);
  });

  it.each([
    [{ name: null }, 'name'],
    [{ download_bps: 0 }, 'download_bps'],
    [{ download_bps: 1.5 }, 'download_bps'],
    [{ price_minor: -1 }, 'price_minor'],
    [{ currency: 'rupiah' }, 'currency'],
    [{ validity_value: 3, validity_unit: null }, 'validity_unit'],
    [{ validity_value: 99_999, validity_unit: 'days' }, 'validity_value'],
    [{ quota_bytes: 0 }, 'quota_bytes'],
    [{ shared_users: 0 }, 'shared_users'],
    [{ active: 'yes' }, 'active'],
  ])('refuses a plan change %j and names the field', async (change, field) => {
    const answer = await owner.patch(`/api/tenant/service-plans/${planId}`, change);
    expect([answer.status, Object.keys(answer.body.errors)]).toEqual([422, [field]]);
  });

  it('filters, sorts and pages', async () => {
    for (const name of ['Ahmad', 'Rini']) await customer({ name, service_type: 'hotspot' });
    const hotspot = await owner.get('/api/tenant/customers?service_type=hotspot&sort=name&order=desc');
    expect(hotspot.body.data.map(({ name }: any) => name)).toEqual(['Rini', 'Ahmad']);
    expect((await owner.get('/api/tenant/customers?status=suspended')).body.meta.total).toBe(1);
    expect((await owner.get(`/api/tenant/customers?service_plan_id=${planId}&per_page=1`)).body.data).toHaveLength(1);
    expect((await owner.get('/api/tenant/customers?status=gone')).status).toBe(422);
  });

  it('lets a technician choose a plan without seeing the plans', async () => {
    const person = { email: `tech@${slug}.example`, password: 'rather-long-Passw0rd-77' };
    await owner.post('/api/tenant/staff', { name: 'Tech', role: 'technician', ...person });
    const technician = await stack.tenant(slug).login(person.email, person.password);
    const options = await technician.get('/api/tenant/customers/plan-options');
    expect(options.body.map(({ name }: any) => name)).toEqual(['Fast', 'Home 10']);
    expect((await technician.get('/api/tenant/service-plans')).status).toBe(403);
  });
});

import { RadsecClient, type RadsecReply } from '../../freeradius/scenarios/support/radsec-client';
import { ACCESS_ACCEPT, NAME } from '../../freeradius/scenarios/support/raw-packets';
import type { ApiClient } from './support/api-client';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

const START = 1;
const ACCOUNTING_RESPONSE = 5;

const codeOf = (reply: RadsecReply | 'silent'): number | 'silent' => (reply === 'silent' ? reply : reply.code);

describe('a router behind NAT', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let owner: ApiClient;
  let routerId: number;
  let ca: string;
  const customer = { username: 'siti', password: 'rahasia-siti' };

  const issue = (key?: string) =>
    owner.post(`/api/tenant/routers/${routerId}/certificates`, {}, key ? { 'idempotency-key': key } : undefined);
  const revoke = (id: number) => owner.post(`/api/tenant/routers/${routerId}/certificates/${id}/revoke`);
  const connect = ({ pkcs12_base64, password }: { pkcs12_base64: string; password: string }): Promise<RadsecClient> =>
    RadsecClient.open(stack.run.radius.radsec, { ca, pkcs12: Buffer.from(pkcs12_base64, 'base64'), password });
  const login = async (client: RadsecClient, withinMs = 1_000): Promise<number | 'silent'> =>
    codeOf(await client.login(customer.username, customer.password, [], withinMs));

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    owner = tenant.owner;
    const plan = await owner.post('/api/tenant/service-plans', {
      name: 'Home',
      download_bps: 5_000_000,
      upload_bps: 1_000_000,
      price_minor: 100,
    });
    const created = await owner.post('/api/tenant/customers', {
      name: 'Siti',
      ...customer,
      service_plan_id: plan.body.id,
      service_type: 'pppoe',
    });
    expect(created.status).toBe(201);
    ca = (await owner.get('/api/tenant/routers/radsec-authority')).body.certificate;
  }, 60_000);

  it('is added without an address', async () => {
    const created = await owner.post('/api/tenant/routers', { name: 'Behind NAT', connection: 'radsec' });
    expect([created.status, created.body.connection, created.body.address]).toEqual([201, 'radsec', null]);
    routerId = created.body.id;
    const refused = await owner.post('/api/tenant/routers', { name: 'No address' });
    expect([refused.status, Object.keys(refused.body.errors)]).toEqual([422, ['address']]);
    expect((await owner.get('/api/tenant/routers/radius-server')).body.radsec_port).toBe(stack.run.radius.radsec);
  });

  it('logs customers in by the certificate from its file, and is cut off within two seconds of its revocation', async () => {
    const { status, body } = await issue();
    expect([status, body.certificate.state, body.file_name]).toEqual([201, 'valid', `jala-router-${routerId}.p12`]);
    const client = await connect(body);
    try {
      await until('the certificate to count', async () => (await login(client)) === ACCESS_ACCEPT, 5_000);
      expect(codeOf(await client.account(START, 'behind-nat', [[NAME, customer.username]]))).toBe(ACCOUNTING_RESPONSE);
      const revoked = await revoke(body.certificate.id);
      const at = Date.now();
      expect([revoked.status, revoked.body.state]).toEqual([200, 'revoked']);
      await until('silence', async () => (await login(client, 300)) === 'silent', 2_000);
      expect(Date.now() - at).toBeLessThan(2_300);
    } finally {
      client.close();
    }
    const list = await owner.get(`/api/tenant/routers/${routerId}/certificates`);
    expect(list.body.data).toMatchObject([{ serial: body.certificate.serial, state: 'revoked' }]);
    const log = await owner.get('/api/tenant/activity?search=certificate');
    expect(log.text).not.toContain(body.password);
  });

  it('gets the same certificate when the same request is sent again, and no more than two that count', async () => {
    const first = await issue('the-same-request');
    const again = await issue('the-same-request');
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await issue()).status).toBe(201);
    const third = await issue();
    expect([third.status, third.body.code]).toEqual([409, 'ROUTER_CERTIFICATE_LIMIT']);
    const client = await connect(first.body);
    await until('the certificate to count', async () => (await login(client)) === ACCESS_ACCEPT, 5_000);
    client.close();
  });

  it('has its session shown, and says that CoA cannot reach it instead of trying', async () => {
    const online = () => owner.get('/api/tenant/sessions?state=online');
    const session = await until('the session', async () => (await online()).body.data[0] as { id: number; router: { id: number } }, 15_000);
    expect(session.router.id).toBe(routerId);
    expect((await owner.post(`/api/tenant/sessions/${session.id}/disconnect`)).status).toBeLessThan(300);
    const attempts = await until(
      'the attempt',
      async () => {
        const { body } = await owner.get(`/api/tenant/coa-attempts?session_id=${session.id}`);
        return body.data.length > 0 && (body.data as { answer: string; packets: number; last_try: boolean }[]);
      },
      15_000,
    );
    expect(attempts).toMatchObject([{ answer: 'unreachable', packets: 0, last_try: true }]);
    expect((await online()).body.data[0].disconnection.state).toBe('unreachable');
  });

  it('refuses certificates to a router that is known by its address, and forgets those of one that becomes so', async () => {
    const udp = await owner.post('/api/tenant/routers', { name: 'Tower', address: '127.23.0.1' });
    const refused = await owner.post(`/api/tenant/routers/${udp.body.id}/certificates`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'ROUTER_NOT_RADSEC']);
    expect((await owner.patch(`/api/tenant/routers/${routerId}`, { connection: 'udp', address: '127.23.0.2' })).status).toBe(200);
    expect((await owner.get(`/api/tenant/routers/${routerId}/certificates`)).body.data).toEqual([]);
  });
});

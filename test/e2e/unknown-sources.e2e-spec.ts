import { type ApiClient } from './support/api-client';
import { sendRadius } from './support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

const STRANGER = { secret: 'whatever-0123456789' };
const LOGIN = { 'User-Name': 'nobody', 'User-Password': 'x' };

describe('what RADIUS sees of routers that it cannot believe', () => {
  let stack: Stack;
  let admin: ApiClient;
  let tenant: TenantInUse;

  const knock = (address: string, kind: 'auth' | 'acct' = 'auth', secret = STRANGER.secret) =>
    sendRadius(
      stack.run.radius[kind],
      kind,
      { address, secret },
      kind === 'auth' ? LOGIN : { 'User-Name': 'nobody', 'Acct-Session-Id': 'x', 'Acct-Status-Type': 'Start' },
      // A refusal takes a second.
      { timeoutSeconds: 2 },
    );
  const sources = async (search: string) => (await admin.get(`/api/platform/unknown-sources?search=${search}`)).body.data;
  const addRouter = async (router: object): Promise<{ id: number }> => {
    const { id } = (await tenant.owner.post('/api/tenant/routers', router)).body;
    await until('the router to be published', async () => (await tenant.owner.get(`/api/tenant/routers/${id}`)).body.published_at !== null);
    return { id };
  };

  beforeAll(async () => {
    stack = sharedStack();
    admin = await stack.superadmin();
    tenant = await createTenant(stack, admin);
  }, 60_000);

  it('finds a mistyped address, says which router is meant, and forgets it once it is mended', async () => {
    const { id } = await addRouter({ name: 'Mistyped', address: '127.33.1.71', secret: STRANGER.secret });
    expect((await knock('127.33.1.17')).packet).toBeUndefined();
    expect((await knock('127.33.1.17', 'acct')).packet).toBeUndefined();
    // Both packets need not be collected in one go.
    await until('both packets to be listed', async () => (await sources('127.33.1.17'))[0]?.acct_packets === 1, 20_000);
    const [source] = await sources('127.33.1.17');
    expect(source).toMatchObject({ address: '127.33.1.17', auth_packets: expect.any(Number), acct_packets: 1 });
    expect(source.likely_routers[0]).toMatchObject({
      name: 'Mistyped',
      address: '127.33.1.71',
      likeness: 'one_slip',
      enabled: true,
      tenant: { id: tenant.id, slug: tenant.slug },
    });
    await tenant.owner.patch(`/api/tenant/routers/${id}`, { address: '127.33.1.17' });
    await until('the router to answer', async () => (await knock('127.33.1.17')).packet === 'Access-Reject', 10_000);
    expect(await sources('127.33.1.17')).toEqual([]);
  });

  it('is the platform’s to see: no tenant reaches the list', async () => {
    expect((await tenant.owner.get('/api/platform/unknown-sources')).status).toBe(404);
    expect((await stack.platform.get('/api/platform/unknown-sources')).status).toBe(401);
  });

  it('shows a wrong secret on the router, to its own tenant and to the platform', async () => {
    const address = '127.33.1.80';
    const { id } = await addRouter({ name: 'Other secret', address, secret: 'right-secret-0123456789' });
    const other = await createTenant(stack, admin);
    const others = (await other.owner.post('/api/tenant/routers', { name: 'Elsewhere', address: '127.33.1.81' })).body;
    expect((await knock(address, 'auth', 'wrong-secret-0123456789')).packet).toBeUndefined();
    await until(
      'the wrong secret to be noted',
      async () => (await tenant.owner.get(`/api/tenant/routers/${id}`)).body.wrong_secret_at !== null,
      45_000,
    );
    expect((await other.owner.get(`/api/tenant/routers/${others.id}`)).body.wrong_secret_at).toBeNull();
    const listed = (await admin.get('/api/platform/routers?concern=wrong_secret&per_page=100')).body.data;
    expect(listed.map((router: { address: string }) => router.address)).toContain(address);
    expect(listed.map((router: { address: string }) => router.address)).not.toContain('127.33.1.81');
    // Another secret here: what was seen before says nothing about it.
    await tenant.owner.patch(`/api/tenant/routers/${id}`, { secret: 'wrong-secret-0123456789' });
    await until(
      'the router to answer',
      async () => (await knock(address, 'auth', 'wrong-secret-0123456789')).packet === 'Access-Reject',
      10_000,
    );
    const router = (await tenant.owner.get(`/api/tenant/routers/${id}`)).body;
    expect(router).toMatchObject({ wrong_secret_at: null, require_message_authenticator: false, unsigned_refused_at: null });
    // This login was signed, and the history says so a moment later.
    await until(
      'its signature to be known',
      async () => (await tenant.owner.get(`/api/tenant/routers/${id}`)).body.signature === 'signs',
      15_000,
    );
  }, 90_000);
});

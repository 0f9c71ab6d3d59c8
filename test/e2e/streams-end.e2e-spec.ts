import { createTenant, sharedStack, type Stack, type TenantInUse, until } from './support/stack';

const SOON_MS = 3_000;
const STREAMS = ['/api/tenant/sessions/events', '/api/tenant/sessions/live/events'];

/** A stream is asked about access only when it is opened, so that it has to end with it. */
describe('open streams', () => {
  let stack: Stack;
  let tenant: TenantInUse;

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
  });

  /** Opened and running; the promise is kept when the server ends them. */
  const open = async (client = tenant.owner): Promise<{ ended: () => boolean; end: Promise<unknown> }> => {
    let count = 0;
    const all = STREAMS.map((path) => client.get(path).then(() => (count += 1)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(count).toBe(0);
    return { ended: () => count === STREAMS.length, end: Promise.all(all) };
  };
  const login = () => stack.tenant(tenant.slug).login(tenant.email, tenant.password);

  it('end with the logout, and cannot be opened again', async () => {
    const client = await login();
    const streams = await open(client);
    expect((await client.post('/api/logout')).status).toBe(204);
    await until('the streams to end', async () => streams.ended(), SOON_MS);
    for (const path of STREAMS) expect((await client.get(path)).status).toBe(401);
  });

  it('end when a role loses permissions, whoever has it', async () => {
    const email = `technician@${tenant.slug}.example`;
    const password = 'Kunang-kunang-77!';
    const staff = { name: 'Technician', email, password, role: 'technician' };
    expect((await tenant.owner.post('/api/tenant/staff', staff)).status).toBe(201);
    const technician = await stack.tenant(tenant.slug).login(email, password);
    const streams = await open(technician);
    expect((await tenant.owner.put('/api/tenant/roles/technician', { permissions: ['dashboard.view'] })).status).toBe(200);
    await until('the streams to end', async () => streams.ended(), SOON_MS);
    for (const path of STREAMS) expect((await technician.get(path)).status).toBe(403);
  });

  it("end with the tenant's suspension, and no other tenant's", async () => {
    const admin = await stack.superadmin();
    const stranger = await createTenant(stack, admin);
    const [streams, others] = [await open(), await open(stranger.owner)];
    expect((await admin.post(`/api/platform/tenants/${tenant.id}/suspend`, { reason: 'unpaid' })).status).toBe(200);
    await until('the streams to end', async () => streams.ended(), SOON_MS);
    expect(others.ended()).toBe(false);
    for (const path of STREAMS) expect((await tenant.owner.get(path)).status).toBeGreaterThanOrEqual(400);
    await stranger.owner.post('/api/logout');
    await others.end;
  });
});

import type { Browser } from 'playwright-core';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from '../e2e/support/stack';
import { type NasSession, NasSimulator } from '../simulators/nas';
import { launchChromium, overflow, routerAddress, visitAsOwner, type Visit } from './support/tenant-browser';

const SECRET = 'secret-of-the-simulated-router';
const login = { username: 'budi', password: 'kopi-tubruk-77' };

/** The buttons that end connections, from the page to the router. */
describe('disconnecting from the web', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let nas: NasSimulator;
  let browser: Browser;
  let visited: Visit;
  let customerId: number;
  let routerId: number;

  const online = async (): Promise<NasSession> => {
    const answer = await nas.login(login);
    if (answer.result !== 'accept') throw new Error(`the login was answered ${JSON.stringify(answer)}`);
    await until('the session', async () => (await tenant.owner.get('/api/tenant/sessions?state=online')).body.meta.total === 1);
    return answer.session;
  };
  const gone = (session: NasSession) => until('the end on the router', async () => nas.endedAt(session.id));

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    const address = routerAddress();
    nas = await NasSimulator.start({ address, secret: SECRET, authPort: stack.run.radius.auth, acctPort: stack.run.radius.acct });
    routerId = (await tenant.owner.post('/api/tenant/routers', { name: 'Tower 1', address, secret: SECRET, coa_port: nas.coaPort })).body
      .id;
    const plan = await tenant.owner.post('/api/tenant/service-plans', {
      name: 'Home 10',
      download_bps: 10e6,
      upload_bps: 5e6,
      price_minor: 0,
    });
    customerId = (
      await tenant.owner.post('/api/tenant/customers', {
        ...login,
        name: 'Budi Santoso',
        service_plan_id: plan.body.id,
        service_type: 'pppoe',
      })
    ).body.id;
    await until(
      'the router to be known',
      async () => (await tenant.owner.get(`/api/tenant/routers/${routerId}`)).body.published_at !== null,
    );
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await nas?.stop();
  });

  it('ends the connection of a customer, after asking', async () => {
    const session = await online();
    const { page } = visited;
    await page.goto(`${visited.origin}/customers/${customerId}`);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByText('Disconnect Budi Santoso?').waitFor();
    expect(nas.endedAt(session.id)).toBeUndefined();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await gone(session);
    await until('the end in the list', async () => (await tenant.owner.get('/api/tenant/sessions?state=online')).body.meta.total === 0);
  });

  it('shows on the session why it will not die', async () => {
    const session = await online();
    await nas.setMode('ignores');
    await tenant.owner.post(`/api/tenant/customers/${customerId}/disconnect`);
    await until(
      'the answer',
      async () => (await tenant.owner.get(`/api/tenant/coa-attempts?customer_id=${customerId}`)).body.meta.total === 2,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await nas.interim(session.id, { input: 1 });
    await until(
      'the state',
      async () => (await tenant.owner.get('/api/tenant/sessions?state=online')).body.data[0].disconnection?.state === 'ignored',
    );
    const { page } = visited;
    await page.goto(`${visited.origin}/customers/${customerId}`);
    await page.getByText('The router agreed, but the session goes on').first().waitFor();
    await nas.setMode('ack');
  });

  it('counts before it ends everybody on a router, and says what came of it', async () => {
    const [session] = await nas.sessions();
    const { page } = visited;
    await page.goto(`${visited.origin}/routers/${routerId}`);
    await page.getByRole('button', { name: 'Disconnect all' }).click();
    await page.getByText('1 session will be ended').waitFor();
    await page.getByRole('button', { name: 'End 1 session' }).click();
    await page.getByText('Done: 1 session ended').waitFor();
    await gone(session!);
    expect(await overflow(page)).toBe(0);
    expect(visited.complaints).toEqual([]);
  });
});

import type { Browser, Page } from 'playwright-core';
import { sendRadius } from '../e2e/support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from '../e2e/support/stack';
import { launchChromium, signIn, visitOrigin } from './support/browser';
import { originOf } from './support/tenant-browser';

const SECRET = 'registered-secret-0123456789';
const LOGIN = { 'User-Name': 'nobody', 'User-Password': 'x' };

describe('routers that RADIUS cannot believe', () => {
  let stack: Stack;
  let browser: Browser;
  let tenant: TenantInUse;
  let technician: Page;
  let owner: Page;

  const knock = (address: string, secret: string) =>
    sendRadius(stack.run.radius.auth, 'auth', { address, secret }, LOGIN, { timeoutSeconds: 2 });
  const addRouter = async (router: object): Promise<number> => {
    const { id } = (await tenant.owner.post<{ id: number }>('/api/tenant/routers', router)).body;
    await until('the router to be published', async () => {
      const { body } = await tenant.owner.get<{ published_at: string | null }>(`/api/tenant/routers/${id}`);
      return body.published_at !== null;
    });
    return id;
  };

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    browser = await launchChromium();
    const platform = await visitOrigin(browser, originOf(stack));
    await signIn(platform, stack.run.superadmin);
    technician = platform.page;
    const office = await visitOrigin(browser, originOf(stack, tenant.slug));
    await signIn(office, { email: tenant.email, password: tenant.password });
    owner = office.page;
  }, 90_000);
  afterAll(() => browser?.close());

  it('appear before the eyes of the technician, with the router that is meant', async () => {
    await addRouter({ name: 'Tower Kenanga', address: '127.34.1.71', secret: SECRET });
    await technician.goto(`${originOf(stack)}/unknown-sources?search=127.34.1.`);
    await technician.getByText('Nothing matches', { exact: false }).waitFor();
    await knock('127.34.1.17', SECRET);
    const row = technician.getByRole('row').filter({ hasText: '127.34.1.17' });
    await row.waitFor({ timeout: 20_000 });
    expect(await row.innerText()).toMatch(/One character off:\s+Tower Kenanga\s*127\.34\.1\.71/);
    await row.getByRole('link', { name: 'Tower Kenanga' }).click();
    await technician.getByRole('heading', { level: 1, name: 'Routers' }).waitFor();
    await technician.getByRole('row').filter({ hasText: '127.34.1.71' }).waitFor();
  });

  it('say to their owner that the secret is another one, and that requiring signatures can be dared', async () => {
    const id = await addRouter({ name: 'Tower Anggrek', address: '127.34.1.80', secret: SECRET });
    expect((await knock('127.34.1.80', SECRET)).packet).toBe('Access-Reject');
    await owner.goto(`${originOf(stack, tenant.slug)}/routers/${id}`);
    await owner.getByText('Can be required', { exact: true }).waitFor({ timeout: 30_000 });
    await knock('127.34.1.80', 'another-secret-0123456789');
    await owner.getByText('Wrong RADIUS secret on the router').waitFor({ timeout: 60_000 });
    expect(await owner.getByText('Wrong secret', { exact: true }).count()).toBe(1);
  }, 120_000);
});

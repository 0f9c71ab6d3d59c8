import type { Browser } from 'playwright-core';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from '../e2e/support/stack';
import { type NasSession, NasSimulator } from '../simulators/nas';
import { launchChromium, overflow, routerAddress, visitAsOwner, type Visit } from './support/tenant-browser';

const SECRET = 'secret-of-the-simulated-router';
const login = { username: 'budi', password: 'kopi-tubruk-77' };
const OTHER_DEVICE = 'D4:CA:6D:01:02:03';

/** What a plan and a customer allow, from the page to the router. */
describe('the rules of use in the web', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let nas: NasSimulator;
  let browser: Browser;
  let visited: Visit;
  let customerId: number;
  let planId: number;
  let session: NasSession;

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    const address = routerAddress();
    nas = await NasSimulator.start({ address, secret: SECRET, authPort: stack.run.radius.auth, acctPort: stack.run.radius.acct });
    const router = await tenant.owner.post('/api/tenant/routers', { name: 'Tower 1', address, secret: SECRET, coa_port: nas.coaPort });
    const rates = { download_bps: 10e6, upload_bps: 5e6, price_minor: 0 };
    planId = (await tenant.owner.post('/api/tenant/service-plans', { name: 'Home 10', ...rates })).body.id;
    const budi = { ...login, name: 'Budi Santoso', service_plan_id: planId, service_type: 'pppoe' };
    customerId = (await tenant.owner.post('/api/tenant/customers', budi)).body.id;
    await until(
      'the router to be known',
      async () => (await tenant.owner.get(`/api/tenant/routers/${router.body.id}`)).body.published_at !== null,
    );
    const answer = await nas.login(login);
    if (answer.result !== 'accept') throw new Error(`the login was answered ${JSON.stringify(answer)}`);
    session = answer.session;
    await until('the session', async () => (await tenant.owner.get('/api/tenant/sessions?state=online')).body.meta.total === 1);
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await nas?.stop();
  });

  const rate = async () => (await nas.sessions()).find(({ id }) => id === session.id)?.attributes['Mikrotik-Rate-Limit'];

  it('say how many connections a change of plan touches before it is saved, and nothing happens without a yes', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/plans/${planId}`);
    await page.locator('input[name=download_bps]').fill('30M');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('1 connection is touched by this').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect([(await tenant.owner.get(`/api/tenant/service-plans/${planId}`)).body.download_bps, await rate()]).toEqual([10e6, '5M/10M']);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Save and apply now' }).click();
    await page.getByText('All running connections have been gone through').waitFor();
    await page.getByText('1 changed, 0 ended').waitFor();
    expect(await rate()).toBe('5M/30M');
    // What was saved is what the form starts from now: there is nothing to lose by leaving.
    await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
    await page.waitForURL(/\/customers$/);
  });

  it('save a new name without asking', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/plans/${planId}`);
    await page.locator('input[name=name]').fill('Home 30');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.waitForURL(/\/plans$/);
  });

  it('keep a customer to devices on a list, which staff writes and releases', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/customers/${customerId}/edit`);
    await page.getByText('Fixed for this customer').click();
    await page.getByRole('combobox', { name: 'Devices allowed' }).selectOption('list');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.waitForURL(new RegExp(`/customers/${customerId}$`));
    const devices = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Devices' }) });
    await devices.getByText('Only devices on this list may connect.').waitFor();
    // The one that is connected now is seen, and allowed with one press.
    await devices.getByText('Not on the list').waitFor();
    await devices.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Allow' }).click();
    await devices.getByRole('button', { name: 'Release' }).waitFor();
    await devices.getByRole('button', { name: 'Add device' }).click();
    await devices.locator('input[name=devices]').fill(OTHER_DEVICE.toLowerCase().replaceAll(':', '-'));
    await devices.getByRole('button', { name: 'Add', exact: true }).click();
    await devices.getByText(OTHER_DEVICE).waitFor();
    await devices.locator('li').filter({ hasText: 'Online' }).getByRole('button', { name: 'Release' }).click();
    await page.getByRole('dialog').getByText('the router is asked to end its connection now').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    await until('the end on the router', async () => nas.endedAt(session.id));
    expect(await nas.login(login)).toMatchObject({ result: 'reject' });
  });

  it('put the reason where the mistake is', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/customers/${customerId}/edit`);
    await page.locator('input[name=delegated_ipv6_prefix]').fill('2001:db8::1/56');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Must be an IPv6 prefix').waitFor();
    expect(await page.locator('input[name=delegated_ipv6_prefix]').getAttribute('aria-invalid')).toBe('true');
  });

  it('let the owner say how long history is kept', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/settings`);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.locator('input[name=keep_logins_days]').fill('30');
    await page.getByText('deleted for good within about an hour').waitFor();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await until('the setting', async () => (await tenant.owner.get('/api/tenant/settings')).body.keep_logins_days === 30);
    await page.locator('input[name=keep_logins_days]').fill('3');
    await page.locator('input[name=keep_logins_days]').blur();
    await page.getByText('Not a whole number in range').waitFor();
  });

  it('fit a phone, in Indonesian and in the dark', async () => {
    const phone = await visitAsOwner(browser, stack, tenant, { phone: true, locale: 'id', theme: 'dark' });
    for (const path of [`/customers/${customerId}`, `/customers/${customerId}/edit`, `/plans/${planId}`, '/settings']) {
      await phone.page.goto(`${phone.origin}${path}`);
      await phone.page.locator('h1').waitFor();
      expect([path, await overflow(phone.page)]).toEqual([path, 0]);
    }
    expect(phone.complaints).toEqual([]);
  });
});

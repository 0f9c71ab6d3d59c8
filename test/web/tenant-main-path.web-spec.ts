import type { Browser, Page } from 'playwright-core';
import { type RouterSide, sendRadius } from '../e2e/support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse } from '../e2e/support/stack';
import { launchChromium, routerAddress, visitAsOwner, type Visit } from './support/tenant-browser';

const ROUTER_ADDRESS = routerAddress();
const MIB = 2 ** 20;

/** The main job of an ISP, done by hand in a browser while a router speaks RADIUS on the other side. */
describe('an owner gets the first customer online', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let router: RouterSide;
  let customer: { username: string; password: string };

  const authenticate = () =>
    sendRadius(stack.run.radius.auth, 'auth', router, { 'User-Name': customer.username, 'User-Password': customer.password });
  const account = (type: string, values: Record<string, string | number> = {}) =>
    sendRadius(stack.run.radius.acct, 'acct', router, {
      'User-Name': customer.username,
      'Acct-Session-Id': '81f00001',
      'Acct-Status-Type': type,
      'NAS-IP-Address': '192.168.88.1',
      'Framed-IP-Address': '10.5.50.2',
      'Calling-Station-Id': 'AA:BB:CC:00:11:22',
      'Service-Type': 'Framed-User',
      'Framed-Protocol': 'PPP',
      ...values,
    });
  const menu = (name: string) => page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name, exact: true });
  const fact = (label: string) => page.locator('dt', { hasText: label }).first().locator('xpath=following-sibling::dd[1]');

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
    page = visited.page;
  }, 90_000);
  afterAll(() => browser?.close());

  it('starts at the steps that a new ISP takes first', async () => {
    expect(await page.locator('h1').textContent()).toBe('Today');
    await page.getByRole('link', { name: 'Add router' }).click();
    await page.getByRole('heading', { level: 1, name: 'New router' }).waitFor();
  });

  it('adds a router and gets the lines to paste into it, with the secret', async () => {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('POP Melati');
    await page.getByLabel('IP address').fill(ROUTER_ADDRESS);
    await page.getByRole('button', { name: 'Add router' }).click();
    await page.getByRole('heading', { level: 1, name: 'POP Melati' }).waitFor();
    await page.getByText('Waiting for contact').waitFor();

    const commands = await page.getByRole('list', { name: 'Point your MikroTik here' }).innerText();
    expect(commands.replaceAll(/\s+/g, ' ')).toContain(`address=127.0.0.1 secret="`);
    expect(commands).toContain(`authentication-port=${stack.run.radius.auth}`);
    expect(commands).toContain(`accounting-port=${stack.run.radius.acct}`);
    const secret = /secret="([^"]+)"/.exec(commands)?.[1];
    expect(secret).toMatch(/^\S{20,}$/);
    router = { address: ROUTER_ADDRESS, secret: secret! };

    await page.reload();
    await page.getByRole('button', { name: 'Show secret' }).waitFor();
    expect(await page.locator('main').innerText()).not.toContain(secret);
  });

  it('makes a plan out of what people type', async () => {
    await menu('Service plans').click();
    await page.getByRole('link', { name: 'New service plan' }).first().click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Home 10 Mbps');
    await page.getByLabel('Price').fill('250rb');
    await page.getByRole('textbox', { name: 'Download', exact: true }).fill('10M');
    await page.getByRole('textbox', { name: 'Upload', exact: true }).fill('5');
    await page.getByRole('button', { name: 'Create plan' }).click();
    const row = page.getByRole('row', { name: /Home 10 Mbps/ });
    await row.waitFor();
    expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/10 Mbps Upload ?5 Mbps 1 month Unlimited Active Rp 250\.000 0/i);
  });

  it('creates a customer with a generated login that is shown once and works', async () => {
    await menu('Customers').click();
    await page.getByRole('link', { name: 'New customer' }).first().click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Budi Santoso');
    await page.getByLabel('Phone').fill('0812-3456-7890');
    await page.getByLabel('Plan').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Create customer' }).click();

    const dialog = page.getByRole('dialog', { name: 'Login of Budi Santoso' });
    await dialog.waitFor();
    const [username, password] = await dialog.locator('dd').allInnerTexts();
    customer = { username: username!.trim(), password: password!.trim() };
    expect(customer.username).toMatch(/^budi-/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'hidden' });

    expect(await fact('Phone').innerText()).toContain('+62 812-3456-7890');
    expect(await page.locator('main').innerText()).not.toContain(customer.password);
    expect((await authenticate()).packet).toBe('Access-Accept');
  });

  it('shows the session the moment the router reports it, without a reload', async () => {
    await page.getByText('Not connected right now.').waitFor();
    await account('Start');
    await page.getByText('10.5.50.2', { exact: true }).first().waitFor();
    await page.locator('header').getByText('Online', { exact: true }).waitFor();

    await account('Interim-Update', { 'Acct-Session-Time': 60, 'Acct-Input-Octets': 10 * MIB, 'Acct-Output-Octets': 60 * MIB });
    await page.getByText('62,9 MB').first().waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();

    await menu('Sessions').click();
    const row = page.getByRole('row', { name: /Budi Santoso/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/10\.5\.50\.2[\s\S]+POP Melati[\s\S]+62,9\sMB[\s\S]+Mbps/);
    await row.click();
    await page.getByRole('dialog', { name: 'Budi Santoso' }).getByText('AA:BB:CC:00:11:22').waitFor();
    await page.keyboard.press('Escape');

    await menu('Today').click();
    const tile = page.getByRole('link', { name: /Online now/ });
    await tile.getByText('1', { exact: true }).waitFor();
  });

  it('suspends with a reason, and the next login is refused for it', async () => {
    await page.getByRole('link', { name: /Budi Santoso/ }).click();
    await page.getByRole('button', { name: 'Suspend' }).click();
    const question = page.getByRole('dialog', { name: 'Suspend Budi Santoso?' });
    await question.getByLabel('Reason').fill('Two months unpaid');
    await question.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Suspended: logins are refused').waitFor();
    expect(await page.locator('main').innerText()).toContain('Two months unpaid');

    await account('Stop', {
      'Acct-Session-Time': 90,
      'Acct-Input-Octets': 10 * MIB,
      'Acct-Output-Octets': 80 * MIB,
      'Acct-Terminate-Cause': 'Admin-Reset',
    });
    await page.getByText('Not connected right now.').waitFor();
    expect((await authenticate()).packet).toBe('Access-Reject');
    await page.reload();
    await page.getByText('Login refused: suspended').waitFor();
    await page.getByText(/Ended by staff/).waitFor();

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.locator('header').getByText('Active', { exact: true }).waitFor();
    expect((await authenticate()).packet).toBe('Access-Accept');
  });

  it('deletes only after the username was typed', async () => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete customer' }).click();
    const question = page.getByRole('dialog', { name: 'Delete Budi Santoso?' });
    const proceed = question.getByRole('button', { name: 'Delete customer' });
    expect(await proceed.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill(customer.username);
    await proceed.click();
    await page.getByText('No customers yet').waitFor();
    expect((await authenticate()).packet).toBe('Access-Reject');
  });

  it('has complained about nothing on the way', () => {
    expect(visited.complaints).toEqual([]);
  });
});

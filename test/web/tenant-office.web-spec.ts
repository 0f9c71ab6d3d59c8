import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { createTenant, sharedStack, type Stack, type TenantInUse } from '../e2e/support/stack';
import { launchChromium, routerAddress, visitAsOwner, type Visit } from './support/tenant-browser';

const ROUTER_ADDRESS = routerAddress();
const AXE = createRequire(__filename).resolve('axe-core/axe.min.js');

interface AxeFinding {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}

/** What is serious for somebody who cannot see, or not well. */
async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate((await import('node:fs')).readFileSync(AXE, 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: unknown) => Promise<{ violations: AxeFinding[] }> } };
    return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** The desk: roles, staff, errors, addresses, themes. */
describe('the office of an ISP', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let customerId: number;
  let routerId: number;
  let planId: number;

  const menu = (name: string) => page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name, exact: true });

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    const plan = await tenant.owner.post('/api/tenant/service-plans', {
      name: 'Home 10',
      download_bps: 10e6,
      upload_bps: 5e6,
      price_minor: 25_000_000,
    });
    planId = plan.body.id;
    const customer = await tenant.owner.post('/api/tenant/customers', {
      username: 'budi',
      password: 'kopi-tubruk-77',
      name: 'Budi Santoso',
      service_plan_id: planId,
      service_type: 'pppoe',
    });
    customerId = customer.body.id;
    routerId = (await tenant.owner.post('/api/tenant/routers', { name: 'Tower 1', address: ROUTER_ADDRESS })).body.id;
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
    page = visited.page;
  }, 90_000);
  afterAll(() => browser?.close());

  it('keeps filters and search in the address, so that a reload shows the same list', async () => {
    await page.goto(`${visited.origin}/customers`);
    await page.getByLabel('Status').selectOption('suspended');
    await page.getByText('Nothing matches').waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('suspended');
    await page.reload();
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByLabel('Search name, username, phone').fill('bud');
    await page.waitForURL(/search=bud/);
    await page.getByRole('row', { name: /Budi Santoso/ }).waitFor();
  });

  it('suspends several at once after naming them', async () => {
    await tenant.owner.post('/api/tenant/customers', { name: 'Siti Nurhaliza', service_plan_id: planId, service_type: 'hotspot' });
    await page.goto(`${visited.origin}/customers`);
    await page.getByRole('row', { name: /Siti/ }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all rows on this page' }).click();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Suspend' }).click();
    const question = page.getByRole('dialog', { name: 'Suspend 2 customers?' });
    expect(await question.innerText()).toMatch(/Budi Santoso, Siti Nurhaliza/);
    await question.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('2 customers are suspended').waitFor();
    const { body } = await tenant.owner.get('/api/tenant/customers?status=suspended');
    expect(body.meta.total).toBe(2);
    await page.getByText('2 selected').waitFor({ state: 'hidden' });
  });

  it('puts what the server refuses on the field it is about', async () => {
    await page.goto(`${visited.origin}/routers/new`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Tower 2');
    await page.getByLabel('IP address').fill(ROUTER_ADDRESS);
    await page.getByRole('button', { name: 'Add router' }).click();
    const address = page.getByLabel('IP address');
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    visited.complaints.splice(0);
  });

  it('asks before typed words are thrown away', async () => {
    await menu('Today').click();
    const question = page.getByRole('dialog', { name: 'Discard your changes?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(new URL(page.url()).pathname).toBe('/routers/new');
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Tower 2');
    await menu('Today').click();
    await question.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  });

  it('lets the owner shape a role: what manages also sees, and it is saved at once for all', async () => {
    await page.goto(`${visited.origin}/roles`);
    const may = (role: string, permission: string) => page.getByRole('checkbox', { name: `${role}: ${permission}` });
    await may('Cashier', 'add and change routers').click();
    expect(await may('Cashier', 'see routers').isChecked()).toBe(true);
    await page.getByText('Unsaved: Cashier').waitFor();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Roles are saved').waitFor();
    const { body } = await tenant.owner.get('/api/tenant/roles');
    const cashier = body.roles.find(({ role }: { role: string }) => role === 'cashier');
    expect(cashier.permissions).toEqual(expect.arrayContaining(['routers.view', 'routers.manage']));
  });

  it('invites staff and finds the invitation in the log', async () => {
    await page.goto(`${visited.origin}/staff/new`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Agus Salim');
    await page.getByLabel('Email').fill(`agus@${tenant.slug}.example`);
    await page.getByLabel('Role').selectOption('technician');
    await page.getByRole('button', { name: 'Add staff member' }).click();
    const row = page.getByRole('row', { name: /Agus Salim/ });
    await row.waitFor();
    expect(await row.innerText()).toContain('Invited');
    await menu('Activity log').click();
    await page
      .getByRole('row', { name: /Agus Salim/ })
      .first()
      .waitFor();
  });

  it('says what failed, offers to try again and names the request', async () => {
    await page.route('**/api/tenant/service-plans?*', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: 'about:blank',
          title: 'Internal error',
          status: 500,
          code: 'INTERNAL',
          request_id: 'req-for-support',
        }),
      }),
    );
    await page.goto(`${visited.origin}/plans`);
    await page.getByRole('alert').getByText('req-for-support').waitFor();
    await page.unroute('**/api/tenant/service-plans?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row', { name: /Home 10/ }).waitFor();
    visited.complaints.splice(0);
  });

  it('finds a customer from anywhere with the keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command palette' }).fill('budi');
    await page.getByRole('option', { name: /Budi Santoso/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Budi Santoso' }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'is readable for everybody in the %s theme',
    async (theme) => {
      const looked = await visitAsOwner(browser, stack, tenant, { theme, locale: theme === 'dark' ? 'id' : 'en' });
      const paths = [
        '/today',
        '/customers',
        '/customers/new',
        `/customers/${customerId}`,
        '/plans',
        `/plans/${planId}`,
        '/routers',
        `/routers/${routerId}`,
        '/sessions',
        '/staff',
        '/staff/new',
        '/roles',
        '/activity',
        '/settings',
      ];
      const findings: Record<string, string[]> = {};
      for (const path of paths) {
        await looked.page.goto(looked.origin + path);
        await looked.page.locator('h1').waitFor();
        await looked.page.waitForFunction(() => document.querySelectorAll('main [aria-busy="true"], .animate-pulse-soft').length === 0);
        const found = await seriousFindings(looked.page);
        if (found.length > 0) findings[path] = found;
      }
      expect(findings).toEqual({});
      expect(looked.complaints).toEqual([]);
    },
    180_000,
  );

  it('has complained about nothing on the way', () => {
    expect(visited.complaints).toEqual([]);
  });
});

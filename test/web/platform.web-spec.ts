import type { Browser, Page } from 'playwright-core';
import { sharedStack, uniqueSlug, type Stack } from '../e2e/support/stack';
import { launchChromium, overflow, signIn, visitOrigin, type Visit } from './support/browser';
import { originOf } from './support/tenant-browser';

/** The super admin's work, done by hand in a browser. */
describe('a super admin', () => {
  let stack: Stack;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  const slug = uniqueSlug('surya');

  const fill = async (values: Record<string, string>): Promise<void> => {
    for (const [name, value] of Object.entries(values)) await page.locator(`[name="${name}"]`).fill(value);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const chooseFromMenu = async (name: string): Promise<void> => {
    await button('More actions').click();
    await page.getByRole('menuitem', { name }).click();
  };

  beforeAll(async () => {
    stack = sharedStack();
    browser = await launchChromium();
    visited = await visitOrigin(browser, originOf(stack));
    page = visited.page;
    await signIn(visited, stack.run.superadmin);
  }, 60_000);
  afterAll(() => browser?.close());

  it('reaches everything by keyboard through the command palette', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('new ten');
    await page.getByRole('option', { name: 'New tenant' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'New tenant' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/tenants/new');
  });

  it('is told at the fields what is missing, and led to the first', async () => {
    await button('Create tenant').click();
    expect(await page.getByText('Required', { exact: true }).count()).toBe(2);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name');
  });

  it('does not lose what was typed by a wrong click', async () => {
    await fill({ name: 'PT Surya Net', owner_name: 'Surya', owner_email: 'surya@example.com' });
    expect(await page.locator('[name=slug]').inputValue()).toBe('surya-net');
    await page.getByRole('link', { name: 'Plans', exact: true }).click();
    await page.getByRole('dialog', { name: 'Discard your changes?' }).getByRole('button', { name: 'Cancel' }).click();
    expect(await page.locator('[name=owner_name]').inputValue()).toBe('Surya');
  });

  it('watches a new tenant become ready', async () => {
    await fill({ slug });
    await button('Create tenant').click();
    await page.waitForURL(/\/tenants\/\d+$/);
    const steps = page.getByRole('listitem').filter({ hasText: 'Send welcome mail' });
    await steps.waitFor();
    await page.locator('header').getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole('listitem').filter({ hasText: 'Install schema' }).innerText()).toMatch(/Done[\s\S]+\d+ (ms|s)/);
    await page.getByRole('link', { name: 'Open its site' }).waitFor();
  });

  it('is refused an address twice, at the field', async () => {
    await page.goto(`${visited.origin}/tenants/new`);
    await fill({ name: 'Another', owner_name: 'Someone', owner_email: 'someone@example.com', slug });
    await button('Create tenant').click();
    await page.getByText('Already taken').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('slug');
    await button('Cancel').click();
    await button('Discard changes').click();
    await page.waitForURL(/\/tenants$/);
  });

  it('finds the tenant again, and the address bar remembers how', async () => {
    const row = page.getByRole('row', { name: new RegExp(slug) });
    await page.getByRole('searchbox').fill(slug);
    await page.waitForURL((url) => url.searchParams.get('search') === slug);
    await row.waitFor();
    // The heading and the one that was found; the list before it goes when the answer comes.
    await page.waitForFunction(() => document.querySelectorAll('table tr').length === 2);
    await page.reload();
    await row.click();
    await page.getByRole('heading', { level: 1, name: 'PT Surya Net' }).waitFor();
    await page.goBack();
    expect(await page.getByRole('searchbox').inputValue()).toBe(slug);
    await row.getByRole('link').click();
  });

  it('gives it a domain and a plan', async () => {
    const domain = `portal.${slug}.example`;
    await page.locator('[name=host]').fill(`http://${domain}`);
    await button('Add').click();
    await page.getByText('A host name such as billing.example.net').waitFor();
    await page.locator('[name=host]').fill(domain);
    await button('Add').click();
    await page.getByText(domain, { exact: true }).waitFor();
    await button(`Remove ${domain}`).click();
    await button('Remove domain').click();
    await page.getByText(domain, { exact: true }).waitFor({ state: 'hidden' });
  });

  it('suspends it for a reason and resumes it', async () => {
    await button('Suspend tenant').click();
    const dialog = page.getByRole('dialog');
    const suspend = dialog.getByRole('button', { name: 'Suspend tenant' });
    expect(await suspend.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('Three unpaid invoices');
    await suspend.click();
    await page.locator('header').getByText('Suspended', { exact: true }).waitFor();
    await page.getByText('Three unpaid invoices').waitFor();
    await button('Resume tenant').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume tenant' }).click();
    await page.locator('header').getByText('Ready', { exact: true }).waitFor();
  });

  it('archives it, takes its export away, and deletes it only after typing its name', async () => {
    await chooseFromMenu('Archive tenant');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill(slug);
    await dialog.getByRole('button', { name: 'Archive tenant' }).click();
    await page.locator('header').getByText('Archived', { exact: true }).waitFor();
    await page.getByText('kept as an export').waitFor({ timeout: 30_000 });
    const download = page.waitForEvent('download');
    await chooseFromMenu('Download export');
    expect((await download).suggestedFilename()).toMatch(/\.sql\.gz$/);

    await chooseFromMenu('Delete tenant');
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Delete tenant' });
    await page.getByRole('dialog').getByRole('textbox').fill('something else');
    expect(await remove.isDisabled()).toBe(true);
    await page.getByRole('dialog').getByRole('textbox').fill(slug);
    await remove.click();
    await page.getByText('Not found', { exact: true }).waitFor({ timeout: 30_000 });
  });

  it('sells a plan at the price that was typed', async () => {
    const name = `Plan ${slug}`;
    await page.goto(`${visited.origin}/plans/new`);
    await fill({ name, price_monthly_minor: '250rb' });
    await page.locator('[name=price_yearly_minor]').focus();
    await page.locator('[name=max_users]').fill('1.000');
    expect(await page.locator('[name=price_yearly_minor]').inputValue()).toBe('2,500,000');
    await button('Create plan').click();
    const row = page.getByRole('row', { name: new RegExp(name) });
    expect((await row.innerText()).replaceAll('\u00a0', ' ')).toMatch(/Rp 250,000\s+Rp 2,500,000\s+1,000\s+Unlimited/);
  });

  it('invites a colleague, whose account says so until they come', async () => {
    const email = `${slug}@example.com`;
    await page.goto(`${visited.origin}/users/new`);
    await fill({ name: 'Bayu Adi', email });
    await page.locator('[name=role]').selectOption('platform_technician');
    await button('Add user').click();
    const row = page.getByRole('row', { name: new RegExp(email) });
    await row.getByText('Invited').waitFor();
    const mails = (await stack.platform.get<{ data: { to: string }[] }>('/api/dev/mails')).body.data;
    expect(mails.some(({ to }) => to.includes(email))).toBe(true);
  });

  it('sees in the activity log what was changed from what to what', async () => {
    await page.getByRole('link', { name: 'Activity log' }).click();
    await page
      .getByRole('row', { name: /Tenant suspended/ })
      .first()
      .click();
    const drawer = page.getByRole('dialog', { name: 'Tenant suspended' });
    await drawer.getByText('What changed').waitFor();
    const text = await drawer.innerText();
    expect(text).toMatch(/status[\s\S]+ready[\s\S]+suspended/);
    expect(text).toContain('Three unpaid invoices');
    await page.keyboard.press('Escape');
  });

  it('leaves nothing in the console but the refusals it met', () => {
    // A browser reports every answer from 400 on by itself: the taken slug, and the tenant that is gone.
    expect(visited.complaints.filter((text) => !/status of (404|409)/.test(text))).toEqual([]);
  });
});

/** Who has the people of the platform in hand, and not everything. */
describe('a platform admin', () => {
  let stack: Stack;
  let browser: Browser;
  let visited: Visit;
  const account = { email: `${uniqueSlug('admin')}@example.com`, password: 'tambak-udang-77' };
  let id: number;

  beforeAll(async () => {
    stack = sharedStack();
    browser = await launchChromium();
    const admin = await stack.superadmin();
    const created = await admin.post<{ id: number }>('/api/platform/users', { name: 'Rini', role: 'platform_admin', ...account });
    id = created.body.id;
    visited = await visitOrigin(browser, originOf(stack), { locale: 'id', phone: true });
    await signIn(visited, account);
  }, 60_000);
  afterAll(() => browser?.close());

  it('sees every role, and why most of them cannot be given', async () => {
    const { page, origin } = visited;
    await page.goto(`${origin}/users/new`);
    const role = page.locator('[name=role]');
    await role.waitFor();
    const offered = await role
      .locator('option:not([value=""])')
      .evaluateAll((options) => (options as HTMLOptionElement[]).map(({ value, disabled }) => `${value}${disabled ? ' (not)' : ''}`));
    expect(offered).toEqual([
      'platform_admin',
      'super_admin (not)',
      'platform_support (not)',
      'platform_cashier (not)',
      'platform_technician (not)',
    ]);
    const described = (await role.getAttribute('aria-describedby')) ?? '';
    expect(await page.locator(`[id="${described}"]`).innerText()).toContain('izinnya melebihi izin Anda: Super admin,');
    expect(await overflow(page)).toBe(0);
  });

  it('changes the own address in the account, with the password, and nowhere else', async () => {
    const { page, origin } = visited;
    await page.goto(`${origin}/users/${id}`);
    await page.locator('[name=email]').waitFor();
    expect(await page.locator('[name=email]').isDisabled()).toBe(true);
    await page.goto(`${origin}/account?tab=security`);
    const form = page.locator('form').filter({ has: page.locator('[name=email]') });
    await form.locator('[name=email]').fill(`new-${account.email}`);
    await form.locator('[name=current_password]').fill('not-the-password');
    await form.locator('button[type=submit]').click();
    await form.locator('[name=current_password][aria-invalid=true]').waitFor();
    await form.locator('[name=current_password]').fill(account.password);
    await form.locator('button[type=submit]').click();
    await page.getByText('Email sudah diganti').waitFor();
    await page.getByText(`new-${account.email}`, { exact: true }).waitFor();
    await stack.platform.login(`new-${account.email}`, account.password);
  });

  it('leaves nothing in the console but the refusal of the wrong password', () => {
    expect(visited.complaints.filter((text) => !text.includes('status of 422'))).toEqual([]);
  });
});

import type { Browser } from 'playwright-core';
import { createTenant, sharedStack, type Stack, type TenantInUse, uniqueSlug } from '../e2e/support/stack';
import { launchChromium, overflow, signIn, visit, type Visit } from './support/tenant-browser';

const PASSWORD = 'kopi-tubruk-dan-pisang-goreng';

/** Cashier, technician and reseller work with a phone in one hand, in Indonesian. */
describe('the staff of an ISP on their phones', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;

  async function onPhone(role: string): Promise<Visit> {
    const email = `${role}-${uniqueSlug()}@isp.example`;
    const created = await tenant.owner.post('/api/tenant/staff', { name: `Si ${role}`, email, role, password: PASSWORD });
    expect([created.status, created.text]).toEqual([201, expect.stringContaining(email)]);
    const visited = await visit(browser, stack, tenant.slug, { phone: true, locale: 'id' });
    await signIn(visited, { email, password: PASSWORD });
    return visited;
  }
  const jobs = ({ page }: Visit) => page.getByRole('navigation', { name: 'Tugas Anda' });

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    await tenant.owner.post('/api/tenant/service-plans', {
      name: 'Rumahan 10 Mbps',
      download_bps: 10e6,
      upload_bps: 5e6,
      price_minor: 25_000_000,
      validity_value: 1,
      validity_unit: 'months',
    });
    browser = await launchChromium();
  }, 90_000);
  afterAll(() => browser?.close());

  it('lets a cashier begin at the customers and add one with the thumb', async () => {
    const cashier = await onPhone('cashier');
    const { page } = cashier;
    expect(await page.locator('h1').innerText()).toBe('Pelanggan');
    expect(await jobs(cashier).getByRole('link').allInnerTexts()).toEqual(['Pelanggan', 'Pelanggan baru', 'Sesi online']);
    for (const link of await jobs(cashier).getByRole('link').all()) expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(44);

    await jobs(cashier).getByRole('link', { name: 'Pelanggan baru' }).click();
    await page.getByRole('textbox', { name: 'Nama', exact: true }).fill('Siti Nurhaliza');
    await page.getByLabel('Paket').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Simpan pelanggan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Akun login Siti Nurhaliza' });
    await dialog.getByText(/^siti-/).waitFor();
    expect(await overflow(page)).toBe(0);
    await dialog.getByRole('button', { name: 'Selesai' }).click();
    await page.getByRole('button', { name: 'Isolir' }).waitFor();

    await jobs(cashier).getByRole('link', { name: 'Pelanggan', exact: true }).click();
    await page.getByRole('list', { name: 'Pelanggan' }).getByText('Siti Nurhaliza').waitFor();
    expect(cashier.complaints).toEqual([]);
  });

  it('gives a technician sessions, customers and routers, and no page that is wider than the phone', async () => {
    const technician = await onPhone('technician');
    const { page, origin } = technician;
    expect(await page.locator('h1').innerText()).toBe('Sesi online');
    expect(await jobs(technician).getByRole('link').allInnerTexts()).toEqual(['Pelanggan', 'Sesi online', 'Router']);
    for (const path of ['/today', '/customers', '/customers/new', '/sessions', '/sessions?tab=history', '/routers', '/routers/new']) {
      await page.goto(origin + path);
      await page.locator('h1').waitFor();
      expect([path, await overflow(page)]).toEqual([path, 0]);
    }
    await page.goto(`${origin}/plans`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(technician.complaints).toEqual([]);
  });

  it('shows a reseller what there is for resellers and nothing else', async () => {
    const reseller = await onPhone('reseller');
    const { page, origin } = reseller;
    expect(await page.locator('h1').innerText()).toBe('Hari ini');
    await page.getByRole('button', { name: 'Buka navigasi' }).click();
    expect(await page.getByRole('dialog').getByRole('link').allInnerTexts()).toEqual(['Hari ini']);
    await page.keyboard.press('Escape');
    await page.goto(`${origin}/customers`);
    await page.getByRole('alert').waitFor();
    expect(await page.locator('main').innerText()).not.toContain('Siti Nurhaliza');
    expect(reseller.complaints).toEqual([]);
  });
});

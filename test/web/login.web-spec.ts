import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { createTenant, sharedStack, until, type Stack, type TenantInUse } from '../e2e/support/stack';
import { launchChromium, overflow, typeLogin, type Visit } from './support/browser';
import { visit } from './support/tenant-browser';

const CHOSEN = 'tujuh kelinci berlari';

describe('logging in', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let totp: TOTP;
  let recoveryCode: string;

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    browser = await launchChromium();
    visited = await visit(browser, stack, tenant.slug);
    page = visited.page;
  }, 90_000);
  afterAll(() => browser?.close());

  const signOut = async (): Promise<void> => {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
  };

  it('leads a stranger to the login without a refused request, and then to where they wanted to go', async () => {
    await page.goto(`${visited.origin}/settings`);
    await page.waitForURL(/\/login\?next=/);
    expect(await page.getByText(`ISP ${tenant.slug}`).count()).toBe(1);
    expect(visited.complaints).toEqual([]);

    await typeLogin(visited, { email: tenant.email, password: 'not the password' });
    await page.getByRole('alert').getByText('Email or password is wrong').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password');

    await typeLogin(visited, tenant);
    await page.waitForURL((url) => url.pathname === '/settings');
  });

  it('stays logged in over a reload, with nothing in reach of a script', async () => {
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings');
    const reachable = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
    expect(reachable).not.toMatch(/eyJ|refresh/i);
  });

  it('turns on two-factor with an authenticator app and hands out recovery codes once', async () => {
    await page.goto(`${visited.origin}/account?tab=security`);
    await page.getByRole('button', { name: 'Turn on two-factor' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('[name=password]').fill(tenant.password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('img', { name: /QR code/ }).waitFor();
    const secret = /[A-Z2-7]{32}/.exec(await dialog.innerText())?.[0];
    totp = new TOTP({ secret: Secret.fromBase32(secret!) });

    await dialog.locator('[name=code]').fill('000000');
    await dialog.getByRole('button', { name: 'Turn on', exact: true }).click();
    await dialog.getByText('This code is wrong').waitFor();
    await dialog.locator('[name=code]').fill(totp.generate());
    await dialog.getByRole('button', { name: 'Turn on', exact: true }).click();
    await dialog.getByText('Save your recovery codes').waitFor();
    const codes = await dialog.getByRole('listitem').allInnerTexts();
    expect(new Set(codes).size).toBe(10);
    recoveryCode = codes[4]!;
    await dialog.getByRole('button', { name: 'I have saved them' }).click();
    await page.getByRole('button', { name: 'Turn off two-factor' }).waitFor();
  });

  it('asks for the code, refuses a wrong one, and takes a recovery code when the phone is lost', async () => {
    await signOut();
    await typeLogin(visited, tenant);
    await page.getByRole('heading', { name: 'Two-factor check' }).waitFor();
    await page.locator('[name=code]').fill('000000');
    await page.getByText('That code is not right').waitFor();
    await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
    await page.locator('[name=code]').fill(recoveryCode);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  });

  it('sends six digits as soon as they are complete', async () => {
    await signOut();
    await typeLogin(visited, tenant);
    // A code works once: this has to be the next one.
    const used = totp.generate();
    const next = await until('the next code', async () => (totp.generate() !== used ? totp.generate() : undefined), 40_000);
    await page.locator('[name=code]').fill(next);
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  }, 60_000);

  it('knows its sessions and ends one of them', async () => {
    const elsewhere = await visit(browser, stack, tenant.slug);
    await elsewhere.page.goto(`${elsewhere.origin}/login`);
    await typeLogin(elsewhere, tenant);
    await elsewhere.page.locator('[name=code]').waitFor();
    await page.goto(`${visited.origin}/account?tab=sessions`);
    await page.getByText('This device').waitFor();
    const own = page.getByRole('listitem').filter({ hasText: 'This device' });
    expect(await own.innerText()).toContain('Chrome · Linux');
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Session ended').waitFor();
    await elsewhere.page.context().close();
  });

  it('resets a forgotten password through the mail, and refuses the link a second time', async () => {
    await signOut();
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    // The page before it has a field of this name as well.
    await page.getByRole('button', { name: 'Send link' }).waitFor();
    await page.locator('[name=email]').fill(tenant.email);
    await page.getByRole('button', { name: 'Send link' }).click();
    await page.getByRole('link', { name: 'Open the local outbox' }).click();
    await page
      .getByRole('button', { name: new RegExp(tenant.email) })
      .first()
      .click();
    const link = page.locator('article a[href*="reset-password"]').first();
    await link.waitFor();
    const href = (await link.getAttribute('href'))!;
    await link.click();
    await page.locator('[name=password]').fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('At least 10 characters', { exact: true }).waitFor();
    await page.locator('[name=password]').fill(CHOSEN);
    await page.locator('[name=repeated]').fill(CHOSEN);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password is set.').waitFor();

    await page.goto('about:blank');
    await page.goto(href);
    await page.locator('[name=password]').fill(CHOSEN);
    await page.locator('[name=repeated]').fill(CHOSEN);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('This link no longer works').waitFor();
  });

  it('speaks Indonesian on a phone, and fits', async () => {
    const phone = await visit(browser, stack, tenant.slug, { phone: true, locale: 'id', theme: 'dark' });
    await phone.page.goto(`${phone.origin}/login`);
    await phone.page.getByRole('button', { name: 'Masuk' }).waitFor();
    expect(await overflow(phone.page)).toBe(0);
    await typeLogin(phone, { email: tenant.email, password: 'salah sekali ini' });
    await phone.page.getByText('Email atau kata sandi salah').waitFor();
    await phone.page.context().close();
  });

  it('says so when no tenant lives at the address', async () => {
    const nowhere = await visit(browser, stack, 'nobody-here');
    await nowhere.page.goto(nowhere.origin);
    await nowhere.page.getByText('This address leads nowhere').waitFor();
    await nowhere.page.context().close();
  });
});

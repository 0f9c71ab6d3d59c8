import { randomInt } from 'node:crypto';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Stack, TenantInUse } from '../../e2e/support/stack';

const DESKTOP = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } satisfies BrowserContextOptions;

export interface Look {
  readonly phone?: boolean;
  readonly locale?: 'en' | 'id';
  readonly theme?: 'light' | 'dark';
}

/** A page with what must never be there: messages in its console, errors nobody caught. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  readonly origin: string;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A fresh browser profile at the tenant's own address. Chromium resolves every name under .localhost to this machine. */
export async function visit(browser: Browser, stack: Stack, slug: string, look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({ ...(look.phone ? PHONE : DESKTOP), reducedMotion: 'reduce' });
  await context.addInitScript(
    ([locale, theme]) => {
      localStorage.setItem('jala.locale', locale!);
      localStorage.setItem('jala.theme', theme!);
    },
    [look.locale ?? 'en', look.theme ?? 'light'],
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints, origin: `http://${slug}.localhost:${new URL(stack.run.api).port}` };
}

export async function signIn({ page, origin }: Visit, account: { email: string; password: string }): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.locator('input[name=email]').fill(account.email);
  await page.locator('input[name=password]').fill(account.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await page.locator('h1').waitFor();
}

export async function visitAsOwner(browser: Browser, stack: Stack, tenant: TenantInUse, look: Look = {}): Promise<Visit> {
  const visited = await visit(browser, stack, tenant.slug, look);
  await signIn(visited, tenant);
  return visited;
}

/** How far the page can be scrolled sideways: not at all, on any screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** A loopback address that no other spec of the run has registered as a router. */
export function routerAddress(): string {
  return `127.${32 + randomInt(200)}.${randomInt(256)}.${1 + randomInt(254)}`;
}

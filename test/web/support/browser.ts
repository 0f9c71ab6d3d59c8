import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const DESKTOP = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions;
const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
} satisfies BrowserContextOptions;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

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

export interface Account {
  readonly email: string;
  readonly password: string;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumOnPath(),
    args: [
      // Its sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function chromiumOnPath(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error(`none of ${NAMES.join(', ')} is on the PATH: install the package chromium`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A fresh browser profile. Chromium resolves every name under .localhost to this machine. */
export async function visitOrigin(browser: Browser, origin: string, look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({ ...(look.phone ? PHONE : DESKTOP), reducedMotion: 'reduce' });
  await context.addInitScript(
    ([locale, theme]) => {
      // about:blank has no storage.
      if (location.protocol === 'about:') return;
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
  return { page, complaints, origin };
}

export async function typeLogin({ page }: Visit, account: Account): Promise<void> {
  await page.locator('input[name=email]').fill(account.email);
  await page.locator('input[name=password]').fill(account.password);
  await page.locator('button[type=submit]').click();
}

export async function signIn(visit: Visit, account: Account): Promise<void> {
  await visit.page.goto(`${visit.origin}/login`);
  await typeLogin(visit, account);
  await visit.page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await visit.page.locator('h1').waitFor();
}

/** How far the page can be scrolled sideways: not at all, on any screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

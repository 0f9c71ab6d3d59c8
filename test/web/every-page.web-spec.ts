import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { createTenant, sharedStack, type Stack, type TenantInUse } from '../e2e/support/stack';
import { type Account, launchChromium, overflow, signIn, visitOrigin, type Visit } from './support/browser';
import { LOGIN_PAGES, platformPages, tenantPages } from './support/every-page';
import { originOf } from './support/tenant-browser';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const MAX_SHIFT = 0.05;
/** A browser reports every answer from 400 on by itself; these pages ask for what is not there. */
const REFUSED_ON_PURPOSE = ['/tenants/999999'];

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: { readonly target: string[] }[];
}

const WATCH_SHIFTS = `
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Loaded, drawn, and nothing on the way any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1, [role=alert], main p').first().waitFor();
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 100)))');
}

async function seriousFindings(page: Page): Promise<string[]> {
  // Through the debugger, which the page's content security policy does not bind.
  await page.evaluate(AXE);
  const violations = await page.evaluate<Finding[]>(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
}

describe('every page', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  const faces: { name: string; origin: string; account?: Account; pages: string[] }[] = [];

  beforeAll(async () => {
    stack = sharedStack();
    const admin = await stack.superadmin();
    tenant = await createTenant(stack, admin);
    browser = await launchChromium();
    faces.push(
      { name: 'login', origin: originOf(stack, tenant.slug), pages: LOGIN_PAGES },
      { name: 'platform', origin: originOf(stack), account: stack.run.superadmin, pages: await platformPages(admin, tenant) },
      { name: 'tenant', origin: originOf(stack, tenant.slug), account: tenant, pages: await tenantPages(tenant) },
    );
  }, 120_000);
  afterAll(() => browser?.close());

  /** Visits all pages in one look and gathers what `look` finds on each. */
  async function inspect(
    visit: (origin: string) => Promise<Visit>,
    find: (visited: Visit, path: string) => Promise<string[]>,
  ): Promise<string[]> {
    const found: string[] = [];
    for (const { origin, account, pages } of faces) {
      const visited = await visit(origin);
      await visited.page.addInitScript(WATCH_SHIFTS);
      if (account) await signIn(visited, account);
      for (const path of pages) {
        visited.complaints.length = 0;
        // Leaving first makes a page that differs in its query or hash only load anew.
        await visited.page.goto('about:blank');
        await visited.page.goto(origin + path);
        await settled(visited.page);
        found.push(...(await find(visited, path)).map((finding) => `${path} ${finding}`));
      }
      await visited.page.context().close();
    }
    return found;
  }

  it.each(['light', 'dark'] as const)(
    'is usable by everybody, holds still while it loads and says nothing to the console: %s',
    async (theme) => {
      const findings = await inspect(
        (origin) => visitOrigin(browser, origin, { theme }),
        async ({ page, complaints }, path) => {
          const shift = await page.evaluate<number>('window.shift');
          const noise = REFUSED_ON_PURPOSE.includes(path) ? complaints.filter((text) => !/status of 404/.test(text)) : complaints;
          return [...(await seriousFindings(page)), ...(shift > MAX_SHIFT ? [`shifts by ${shift.toFixed(3)}`] : []), ...noise];
        },
      );
      expect(findings).toEqual([]);
    },
    300_000,
  );

  it('fits a phone, in Indonesian, with targets a thumb can hit', async () => {
    const findings = await inspect(
      (origin) => visitOrigin(browser, origin, { phone: true, locale: 'id' }),
      async ({ page, complaints }, path) => {
        const sideways = await overflow(page);
        const small = await page.evaluate<string[]>(SMALL_TARGETS);
        const noise = REFUSED_ON_PURPOSE.includes(path) ? [] : complaints;
        return [...(sideways > 0 ? [`is ${sideways} px too wide`] : []), ...small, ...noise];
      },
    );
    expect(findings).toEqual([]);
  }, 300_000);
});

/** Buttons below 40 px: links inside sentences and cells are exempt (WCAG 2.5.8), as are controls with an enlarged area. */
const SMALL_TARGETS = `
  [...document.querySelectorAll('main button, main select, main input:not([type=checkbox])')]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      const inline = element.closest('dd, td, th, p, li, label, h1, h2') !== null || element.matches('[role=checkbox], [role=switch]');
      return box.width > 0 && box.height > 0 && box.height < 39 && !inline;
    })
    .map((element) => 'small target: ' + (element.getAttribute('aria-label') ?? element.textContent.trim()) + ' ' + element.getBoundingClientRect().height);
`;

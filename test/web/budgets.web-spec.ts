import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Locator, Page } from 'playwright-core';
import { createTenant, sharedStack } from '../e2e/support/stack';
import { launchChromium, signIn, visitOrigin } from './support/browser';
import { originOf } from './support/tenant-browser';

const DIST = join(__dirname, '../../dist/web');
const KB = 1024;
const FIRST_LOAD = 150 * KB;
const ROUTE = 80 * KB;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
}

describe('what is sent', () => {
  const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const withImports = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const imported of manifest[name]!.imports ?? []) withImports(imported, seen);
    return seen;
  };
  const weight = (names: Iterable<string>): number =>
    [...names].filter((name) => manifest[name]!.file.endsWith('.js')).reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, manifest[name]!.file))).length, 0);
  const entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry)!;

  it.each(['en', 'id'])('is at most 150 kB of script for the first page, words included: %s', (locale) => {
    const first = [entry, 'src/auth/LoginPage.vue', `src/shared/messages/${locale}/index.ts`].flatMap((name) => [...withImports(name)]);
    expect(weight(new Set(first))).toBeLessThanOrEqual(FIRST_LOAD);
  });

  it('is at most 80 kB of script more for any page', () => {
    const base = withImports(entry);
    const pages = Object.keys(manifest).filter((name) => manifest[name]!.isDynamicEntry);
    const tooHeavy = pages.filter((page) => weight([...withImports(page)].filter((name) => !base.has(name))) > ROUTE);
    expect(pages.length).toBeGreaterThan(30);
    expect(tooHeavy).toEqual([]);
  });

  it('is sent compressed, once, and kept by the browser', async () => {
    const { platform } = sharedStack();
    const answer = await platform.send('GET', `/${manifest[entry]!.file}`, undefined, { 'accept-encoding': 'br, gzip' });
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': expect.stringContaining('immutable') as string });
  });
});

/**
 * The budget is 100 ms from an interaction to its paint on a processor four times slower than a desktop's. Test machines are
 * shared, so no clock is read: what is measured is the processor time of the page's main thread, against a piece of work in
 * the same page that takes such a processor the 25 ms which four times slower are 100.
 */
const REFERENCE = `(() => {
  const table = document.createElement('table');
  for (let row = 0; row < 500; row++) {
    const line = table.insertRow();
    for (let cell = 0; cell < 8; cell++) line.insertCell().textContent = 'row ' + row + ' cell ' + cell;
  }
  document.body.append(table);
  table.getBoundingClientRect();
  table.remove();
})()`;
const TRIES = 6;

describe('an interaction costs less than a tenth of a second on a slow processor', () => {
  let browser: Browser;
  let page: Page;
  let cdp: CDPSession;
  let budget: number;

  const mainThreadSeconds = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const idle = (): Promise<void> => page.waitForTimeout(250);

  /** The least of several tries: whatever else happens on the machine can only add. */
  const costOf = async (act: () => Promise<unknown>, undo: () => Promise<unknown> = async () => undefined): Promise<number> => {
    let least = Infinity;
    for (let n = 0; n < TRIES; n++) {
      await idle();
      const before = await mainThreadSeconds();
      await act();
      await idle();
      least = Math.min(least, (await mainThreadSeconds()) - before);
      await undo();
    }
    return least;
  };
  /** A press as the mouse gives it, without the checks that playwright runs inside the page. */
  const presser = async (target: Locator): Promise<() => Promise<void>> => {
    const box = (await target.boundingBox())!;
    return async () => {
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.up();
    };
  };
  const escape = () => page.keyboard.press('Escape');

  beforeAll(async () => {
    const stack = sharedStack();
    const tenant = await createTenant(stack, await stack.superadmin());
    const plan = await tenant.owner.post<{ id: number }>('/api/tenant/service-plans', { name: 'Home', download_bps: 10e6, upload_bps: 5e6, price_minor: 25_000_000 });
    for (let n = 0; n < 40; n++) {
      await tenant.owner.post('/api/tenant/customers', { name: `Customer ${n}`, service_plan_id: plan.body.id, service_type: 'pppoe' });
    }
    browser = await launchChromium();
    const visited = await visitOrigin(browser, originOf(stack, tenant.slug));
    page = visited.page;
    await signIn(visited, tenant);
    await page.goto(`${visited.origin}/customers`);
    await page.getByRole('row', { name: /Customer 1\b/ }).waitFor();
    cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    budget = await costOf(() => page.evaluate(REFERENCE));
  }, 120_000);
  afterAll(() => browser?.close());

  it('typing into the search', async () => {
    await page.getByRole('searchbox').focus();
    expect(await costOf(() => page.keyboard.press('1'), () => page.getByRole('searchbox').fill(''))).toBeLessThan(budget);
  }, 60_000);

  it('selecting every row', async () => {
    expect(await costOf(await presser(page.getByRole('checkbox').first()))).toBeLessThan(budget);
  }, 60_000);

  it('opening the columns, the account and the command palette', async () => {
    expect(await costOf(await presser(page.getByRole('button', { name: 'Columns' })), escape)).toBeLessThan(budget);
    expect(await costOf(await presser(page.getByRole('button', { name: /^Account of/ })), escape)).toBeLessThan(budget);
    // Loaded at the first time, on every page alike.
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await escape();
    expect(await costOf(() => page.keyboard.press('Control+k'), escape)).toBeLessThan(budget);
  }, 60_000);

  it('going to another page', async () => {
    const toPlans = await presser(page.getByRole('link', { name: 'Service plans' }));
    const toCustomers = await presser(page.getByRole('link', { name: 'Customers', exact: true }));
    const back = async () => {
      await toCustomers();
      await page.getByRole('row', { name: /Customer 1\b/ }).waitFor();
    };
    await toPlans();
    await page.waitForURL(/plans/);
    await back();
    expect(await costOf(toPlans, back)).toBeLessThan(budget);
  }, 60_000);
});

import type { Browser, Page } from 'playwright-core';
import { sharedStack, type Stack } from '../e2e/support/stack';
import { launchChromium, signIn, visitOrigin, type Visit } from './support/browser';
import { originOf } from './support/tenant-browser';

const MONITORING = '**/api/platform/monitoring';
const ALERTS = '**/api/platform/monitoring/alerts/open';

/** Those who look after the platform, while it is well and while it is not. */
describe('the monitoring', () => {
  let stack: Stack;
  let browser: Browser;
  let visited: Visit;
  let page: Page;

  const tile = (label: string) => page.locator('.card').filter({ hasText: label });

  beforeAll(async () => {
    stack = sharedStack();
    browser = await launchChromium();
    visited = await visitOrigin(browser, originOf(stack));
    page = visited.page;
    await signIn(visited, stack.run.superadmin);
  }, 60_000);
  afterAll(() => browser?.close());

  it('shows what a worker saw: RADIUS answers, and somebody can log in', async () => {
    await page.getByRole('link', { name: 'Monitoring', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Monitoring' }).waitFor();
    const radius = page.locator('section').filter({ has: page.getByRole('heading', { name: 'RADIUS' }) });
    for (const process of ['Logins (auth)', 'Accounting (acct)', 'Spool to database (drain)']) {
      await radius
        .getByRole('listitem')
        .filter({ hasText: process })
        .getByText(/^\d+ ms$/)
        .waitFor({ timeout: 30_000 });
    }
    await tile('Last synthetic login')
      .getByText(/^[\d,]+ ms$/)
      .waitFor({ timeout: 60_000 });
    await page.getByRole('img', { name: /\d+ tries, 0 failed/ }).waitFor({ timeout: 90_000 });
    expect(visited.complaints).toEqual([]);
  }, 120_000);

  it('says that something is wrong, what and since when, on every page', async () => {
    const alert = {
      id: 1,
      kind: 'accounting-backlog',
      subject: '',
      details: { age_s: 300, bytes: 5_000_000, records: 9_000 },
      raised_at: new Date(Date.now() - 600_000).toISOString(),
      resolved_at: null,
    };
    await page.route(ALERTS, (route) =>
      route.fulfill({ json: { data: [alert, { ...alert, id: 2, kind: 'radius-process', subject: 'drain' }] } }),
    );
    await page.goto(`${visited.origin}/tenants`);
    const notice = page.getByRole('alert').filter({ hasText: 'Accounting waits for the database and 1 more' });
    await notice.getByText('10 min ago').waitFor();
    await notice.getByRole('link', { name: 'Open monitoring' }).click();
    await page.waitForURL(/\/monitoring$/);
    await page.getByRole('heading', { level: 1, name: 'Monitoring' }).waitFor();
    expect(await notice.count()).toBe(0);
    await page.unroute(ALERTS);
  });

  it('shows a backlog in red, a login without an answer, and what to do', async () => {
    const long = new Date(Date.now() - 600_000).toISOString();
    await page.route(MONITORING, async (route) => {
      const json = (await (await route.fetch()).json()) as Record<string, never>;
      await route.fulfill({
        json: {
          ...json,
          condition: 'degraded',
          login: { at: long, answer: 'silent', latency_ms: null, failing_since: long },
          spool: {
            accounting: { bytes: 5_000_000, records: 9_000, oldest_at: long, drained_per_second: 0 },
            logins: { bytes: 0, records: 0, oldest_at: null, drained_per_second: 0 },
            dead_letter_files: 2,
            dead_letter_bytes: 3_000,
            limit_seconds: 120,
            limit_bytes: 67_108_864,
          },
          redis_ms: null,
          queues: [],
          outbox: { open: 4, failed: 2 },
          given_up: [{ tenant: 'surya', jobs: 3 }],
          alerts: [{ id: 1, kind: 'synthetic-login', subject: '', details: {}, raised_at: long, resolved_at: null }],
        },
      });
    });
    await page.reload();
    await page.getByText('Something is wrong').waitFor();
    await tile('Last synthetic login').getByText('No answer').waitFor();
    await tile('Accounting not stored yet').getByText('9,000 records, oldest 10 min ago').waitFor();
    await tile('Refused by the database').getByText('2 files in spool/dead').waitFor();
    await page.getByRole('alert').filter({ hasText: 'Customers probably cannot log in either' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Redis' }).getByText('Not reached').waitFor();
    await page.getByText('Not known while Redis or the worker is away.').waitFor();
    await page.getByText('Platform: 2, surya: 3').waitFor();
  });

  it('says when nobody is looking, and offers another try when it cannot be shown at all', async () => {
    await page.unroute(MONITORING);
    await page.route(MONITORING, async (route) => {
      const json = (await (await route.fetch()).json()) as Record<string, never>;
      await route.fulfill({ json: { ...json, condition: 'unknown' } });
    });
    await page.reload();
    await page.getByText('No worker has looked for a minute').waitFor();
    await page.unroute(MONITORING);
    await page.route(MONITORING, (route) =>
      route.fulfill({ status: 503, json: { status: 503, code: 'DATABASE_UNAVAILABLE', title: 'x', type: 'x' } }),
    );
    await page.reload();
    const retry = page.getByRole('button', { name: /retry|try again/i }).first();
    await retry.waitFor();
    await page.unroute(MONITORING);
    await retry.click();
    await tile('Last synthetic login').getByText(/ms$/).waitFor();
  });
});

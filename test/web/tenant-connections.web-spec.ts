import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { type RouterSide, sendRadius } from '../e2e/support/radius';
import { createTenant, sharedStack, type Stack, type TenantInUse } from '../e2e/support/stack';
import { launchChromium, overflow, routerAddress, visitAsOwner, type Visit } from './support/tenant-browser';

const AXE = createRequire(__filename).resolve('axe-core/axe.min.js');
const MEGABYTE = 1_000_000;

async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(readFileSync(AXE, 'utf8'));
  const violations = (await page.evaluate(
    'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }).then((result) => result.violations)',
  )) as {
    id: string;
    impact: string;
    nodes: { target: string[] }[];
  }[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Somebody is on the phone: why can they not connect? And who takes all the bandwidth? */
describe('why they cannot connect, and who moves how much', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let siti: number;
  let routerId: number;
  let router: RouterSide;

  const login = (username: string, password: string) =>
    sendRadius(stack.run.radius.auth, 'auth', router, {
      'User-Name': username,
      'User-Password': password,
      'Calling-Station-Id': 'AA:BB:CC:00:00:01',
    });
  const report = (type: string, seconds: number, megabytes: number, delay: number) =>
    sendRadius(stack.run.radius.acct, 'acct', router, {
      'Acct-Status-Type': type,
      'User-Name': 'siti',
      'Acct-Session-Id': '81000001',
      'Framed-Protocol': 'PPP',
      'Framed-IP-Address': '100.64.0.9',
      'Calling-Station-Id': 'AA:BB:CC:00:00:01',
      'Acct-Session-Time': seconds,
      'Acct-Input-Octets': megabytes * MEGABYTE,
      'Acct-Output-Octets': 4 * megabytes * MEGABYTE,
      'Acct-Delay-Time': delay,
    });
  /** What a router says is in the database seconds later. */
  const eventually = async <T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await ask();
      if (good(answer) || attempt === 40) return answer;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const diagnosis = async () => (await tenant.owner.get(`/api/tenant/customers/${siti}/diagnosis`)).body;

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    const plan = await tenant.owner.post('/api/tenant/service-plans', {
      name: 'Home 10',
      download_bps: 10e6,
      upload_bps: 5e6,
      price_minor: 25_000_000,
    });
    const customer = await tenant.owner.post('/api/tenant/customers', {
      username: 'siti',
      password: 'kopi-tubruk-77',
      name: 'Siti Aminah',
      service_plan_id: plan.body.id,
      service_type: 'pppoe',
    });
    siti = customer.body.id;
    const added = await tenant.owner.post('/api/tenant/routers', { name: 'Tower 1', address: routerAddress() });
    routerId = added.body.id;
    router = { address: added.body.address, secret: added.body.secret };
    await eventually(
      () => tenant.owner.get(`/api/tenant/routers/${routerId}`),
      ({ body }) => body.published_at !== null,
    );
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
    page = visited.page;
  }, 90_000);
  afterAll(() => browser?.close());

  it('says that nothing came, then why it was refused, then that they are online', async () => {
    await page.goto(`${visited.origin}/customers/${siti}`);
    await page.getByText('Never tried: no request from this username has reached us').waitFor();
    for (let i = 0; i < 2; i += 1)
      await eventually(
        () => login('siti', 'wrong'),
        ({ packet }) => packet === 'Access-Reject',
      );
    await eventually(diagnosis, ({ code, rejections_last_hour: times }) => code === 'rejected' && times >= 2);
    await page.reload();
    await page.getByText(/^Rejected at \d\d:\d\d: wrong password/).waitFor();
    await page.getByText(/Refused \d+ times in the last hour\. Router: Tower 1\./).waitFor();
    await page.getByText('Login refused: wrong password').first().waitFor();

    expect((await login('siti', 'kopi-tubruk-77')).packet).toBe('Access-Accept');
    await report('Start', 0, 0, 120);
    await report('Interim-Update', 60, 15, 60);
    await report('Interim-Update', 120, 45, 0);
    await eventually(
      () => tenant.owner.get('/api/tenant/sessions/live'),
      // After the first of the two reports it is half as much.
      ({ body }) => body.output_bps > 12e6,
    );
    await page.reload();
    await page.getByText(/^Online since/).waitFor();
  }, 60_000);

  it('shows a mistyped username where refused logins are, and on the router', async () => {
    await eventually(
      () => login('sitti', 'kopi-tubruk-77'),
      ({ packet }) => packet === 'Access-Reject',
    );
    await eventually(
      () => tenant.owner.get('/api/tenant/logins?search=sitt'),
      ({ body }) => body.data.length > 0,
    );
    await page.goto(`${visited.origin}/sessions?tab=refused`);
    await page.getByLabel('Username or MAC').fill('sitt');
    await page.getByText('Login refused: no such username').waitFor();
    await page.goto(`${visited.origin}/routers/${routerId}`);
    await page.getByText('sitti', { exact: true }).waitFor();
  }, 60_000);

  it('has the rate of the last two reports, by router and by plan', async () => {
    const { body } = await tenant.owner.get('/api/tenant/sessions/live');
    // 30 and 120 MB in a minute; the clocks of the two packets may differ by a second.
    expect(body.input_bps / 4e6).toBeCloseTo(1, 0);
    expect(body.output_bps / 16e6).toBeCloseTo(1, 0);
    await page.goto(`${visited.origin}/sessions?tab=live`);
    for (const name of ['Tower 1', 'Home 10'])
      expect(await page.getByRole('row', { name: new RegExp(name) }).innerText()).toMatch(/1[5-7](\.\d)?\sMbps/);
    await page.getByRole('button', { name: /Siti Aminah/ }).waitFor();
  });

  it('draws what was moved on each day, with the table one press away and a file of it', async () => {
    await page.goto(`${visited.origin}/usage`);
    await page
      .getByRole('img', { name: /^Traffic per day/ })
      .locator('svg')
      .waitFor();
    await page.getByRole('button', { name: 'Show table' }).click();
    expect(await page.getByRole('region', { name: 'Per day' }).getByRole('row').nth(1).innerText()).toMatch(/180\sMB/);
    await page.getByRole('link', { name: 'Siti Aminah' }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/siti,Siti Aminah,Home 10,Tower 1,180000000,45000000,1\r\n/);
  });

  it.each([
    ['light', 'en', false],
    ['dark', 'id', true],
  ] as const)(
    'can be used by everybody: %s, %s, phone %s',
    async (theme, locale, phone) => {
      const other = await visitAsOwner(browser, stack, tenant, { theme, locale, phone });
      for (const path of [
        `/customers/${siti}`,
        `/customers/${siti}?tab=usage`,
        `/routers/${routerId}`,
        '/sessions?tab=live',
        '/sessions?tab=refused',
        '/usage',
      ]) {
        await other.page.goto(`${other.origin}${path}`);
        await other.page.waitForLoadState('load');
        await other.page.locator('h1').waitFor();
        await other.page.waitForTimeout(800);
        expect([path, await overflow(other.page)]).toEqual([path, 0]);
        expect([path, await seriousFindings(other.page)]).toEqual([path, []]);
      }
      expect(other.complaints).toEqual([]);
      await other.page.context().close();
    },
    90_000,
  );
});

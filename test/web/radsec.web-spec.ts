import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { RadsecClient } from '../../freeradius/scenarios/support/radsec-client';
import { ACCESS_REJECT } from '../../freeradius/scenarios/support/raw-packets';
import { createTenant, sharedStack, type Stack, type TenantInUse, until } from '../e2e/support/stack';
import { launchChromium, overflow, visitAsOwner, type Visit } from './support/tenant-browser';

/** From the form to a router that is answered, with nothing but what the page gives. */
describe('a router behind NAT in the web', () => {
  let stack: Stack;
  let tenant: TenantInUse;
  let browser: Browser;
  let visited: Visit;

  beforeAll(async () => {
    stack = sharedStack();
    tenant = await createTenant(stack, await stack.superadmin());
    browser = await launchChromium();
    visited = await visitAsOwner(browser, stack, tenant);
  }, 90_000);
  afterAll(() => browser?.close());

  it('is added, gets its certificate once, and loses it again', async () => {
    const { page } = visited;
    await page.goto(`${visited.origin}/routers/new`);
    await page.getByLabel('Name').fill('Behind NAT');
    await page.getByLabel('How it reaches us').selectOption('radsec');
    expect(await page.getByLabel('IP address').count()).toBe(0);
    await page.getByRole('button', { name: 'Add router' }).click();

    await page.getByRole('button', { name: 'Issue certificate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('/certificate import').waitFor();
    expect(await overflow(page)).toBe(0);
    // Whoever closes it without the file is told so first.
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.getByText('The file was not downloaded').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download file' }).click()]);
    const lines = await dialog.getByRole('list').innerText();
    const password = /passphrase="(\w+)"/.exec(lines)?.[1];
    expect([file.suggestedFilename(), lines.includes(`authentication-port=${stack.run.radius.radsec}`)]).toEqual([
      expect.stringMatching(/^jala-router-\d+\.p12$/),
      true,
    ]);
    await dialog.getByRole('button', { name: 'Done' }).click();

    const { body } = await tenant.owner.get('/api/tenant/routers/radsec-authority');
    const pkcs12 = readFileSync(await file.path());
    const router = await RadsecClient.open(stack.run.radius.radsec, { ca: body.certificate, pkcs12, password });
    const isAnswered = async (): Promise<boolean> => {
      const reply = await router.login('nobody', 'x', [], 1_600);
      return reply !== 'silent' && reply.code === ACCESS_REJECT;
    };
    try {
      await until('an answer', isAnswered);
      await page.getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('Revoked', { exact: true }).waitFor();
      await until('silence', async () => !(await isAnswered()));
    } finally {
      router.close();
    }
  }, 60_000);
});

import { randomInt } from 'node:crypto';
import type { Browser } from 'playwright-core';
import type { Stack, TenantInUse } from '../../e2e/support/stack';
import { type Look, signIn, visitOrigin, type Visit } from './browser';

export { launchChromium, type Look, overflow, signIn, type Visit } from './browser';

export const originOf = (stack: Stack, slug?: string): string => `http://${slug ? `${slug}.` : ''}localhost:${new URL(stack.run.api).port}`;

/** The tenant's own address. */
export function visit(browser: Browser, stack: Stack, slug: string, look: Look = {}): Promise<Visit> {
  return visitOrigin(browser, originOf(stack, slug), look);
}

export async function visitAsOwner(browser: Browser, stack: Stack, tenant: TenantInUse, look: Look = {}): Promise<Visit> {
  const visited = await visit(browser, stack, tenant.slug, look);
  await signIn(visited, tenant);
  return visited;
}

/** A loopback address that no other spec of the run has registered as a router. */
export function routerAddress(): string {
  return `127.${32 + randomInt(200)}.${randomInt(256)}.${1 + randomInt(254)}`;
}

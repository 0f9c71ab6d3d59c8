import type { Audience } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';

const PREFIXES: readonly (readonly [string, Audience])[] = [
  ['/api/platform', 'platform'],
  ['/api/tenant', 'tenant'],
];

/** The audience a route belongs to by its prefix; undefined where it serves every host. */
export function audienceOfPath(path: string): Audience | undefined {
  return PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
}

/** The audience of the host the request came to: the HTTP entrance opens a scope for a tenant's host and none for the platform's. */
export function audienceOfHost(): Audience {
  return TenantScope.peek() ? 'tenant' : 'platform';
}

import { DomainError, type FieldError, type RouterConnection } from '@jala/contracts';
import type { Subject } from '@jala/infra/audit';
import { canonicalIp } from '@jala/kernel';
import { isRadiusSecret } from '@jala/radius';
import type { Router } from './router.entity';

/**
 * Shortest secret a person may give. RFC 2865 section 3 recommends 16 octets, and generated ones have 32; but routers
 * that move to Jala bring the secret they have, and refusing 12 characters would only make people pad them.
 */
export const SECRET_MIN = 8;
export const SECRET_MAX = 64;
export const GENERATED_SECRET_LENGTH = 32;

export function secretProblem(secret: string): FieldError | undefined {
  if (secret.length < SECRET_MIN) return { code: 'too_short', message: `must have at least ${SECRET_MIN} characters` };
  if (secret.length > SECRET_MAX) return { code: 'too_long', message: `may have at most ${SECRET_MAX} characters` };
  if (!isRadiusSecret(secret)) {
    return { code: 'characters', message: 'may have letters, digits and punctuation except quotes, blanks and \\ $ # % { } `' };
  }
  return undefined;
}

/** @throws DomainError VALIDATION_FAILED on `secret` */
export function assertSecret(secret: string): void {
  const problem = secretProblem(secret);
  if (problem) throw DomainError.field('secret', problem.code, problem.message);
}

/** True when FreeRADIUS knows something that is not so any more. */
export function needsPublishing(before: Router, after: Router): boolean {
  return (['name', 'address', 'secretEnc', 'registryId', 'requireMessageAuthenticator'] as const).some(
    (field) => before[field] !== after[field],
  );
}

/** @throws DomainError VALIDATION_FAILED on `address` when RADIUS packets cannot come from there. */
export function routerAddress(text: string): string {
  const address = canonicalIp(text);
  if (!address) throw DomainError.field('address', 'is_ip', 'must be an IPv4 or IPv6 address');
  if (isNoHost(address)) throw DomainError.field('address', 'not_a_host', 'must be the address of one router');
  return address;
}

/**
 * Where the router's packets will come from after a change; undefined for a radsec router, which is known by its certificate.
 * @throws DomainError VALIDATION_FAILED on `address`
 */
export function addressAfter(connection: RouterConnection, given: string | undefined, present?: string): string | undefined {
  if (connection === 'radsec') {
    if (given) throw DomainError.field('address', 'not_used', 'is not used with RadSec: the router is known by its certificate');
    return undefined;
  }
  if (given === undefined && present !== undefined) return present;
  if (!given) throw DomainError.field('address', 'required', 'is required');
  return routerAddress(given);
}

/** What people see: a radsec router's stand-in is no address of it. */
export const shownAddress = ({ connection, address }: Pick<Router, 'connection' | 'address'>): string | null =>
  connection === 'radsec' ? null : address;

/** Unspecified, multicast, broadcast, link-local IPv6 (another router on each link), IPv4-compatible IPv6 (RFC 4291 section 2.5.5.1: no longer used). */
function isNoHost(address: string): boolean {
  if (address.includes(':'))
    return address === '::' || /^::[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(address) || /^ff/.test(address) || /^fe[89ab]/.test(address);
  const first = Number(address.split('.', 1)[0]);
  return first === 0 || first >= 224;
}

export const subjectOf = (router: Pick<Router, 'id' | 'name' | 'connection' | 'address'>): Subject => ({
  type: 'router',
  id: router.id,
  label: `${router.name} (${shownAddress(router) ?? 'RadSec'})`,
});

/** What the activity log shows of a router, in the words of the API. The secret stands there as changed, never as itself. */
export function auditOf(router: Router): Record<string, unknown> {
  return {
    name: router.name,
    connection: router.connection,
    address: shownAddress(router),
    secret: router.secretEnc,
    require_message_authenticator: router.requireMessageAuthenticator,
    coa_port: router.coaPort,
    location: router.location,
    notes: router.notes,
  };
}

/** A ciphertext copied to another router's row does not open there. The claim's id is known before the router's own. */
export const sealPurpose = (registryId: number): string => `router:${registryId}:secret`;

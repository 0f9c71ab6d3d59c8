import { canonicalIp } from '@jala/kernel';

/** A router as FreeRADIUS knows it. */
export interface RouterClient {
  /** The address its packets come from; canonical. */
  readonly address: string;
  readonly secret: string;
  /** The tenant's database. It decides whose users the router can log in. */
  readonly tenantDb: string;
  /** routers.id in the tenant's database; lands in radacct.router_id and radpostauth.router_id. */
  readonly routerId: number;
  /** Refuse packets that are not signed (CVE-2024-3596). Only for routers known to sign theirs. */
  readonly requireMessageAuthenticator: boolean;
}

const TENANT_DB = /^t_[0-9a-z_]{1,48}$/;

/**
 * What may be a RADIUS secret: printable ASCII without blanks and without the characters that mean something in
 * FreeRADIUS's configuration or in a RouterOS script (quotes, backslash, `$`, `#`, `%`, braces, backtick).
 */
export const RADIUS_SECRET = /^[0-9A-Za-z!&()*+,\-./:;<=>?@[\]^_|~]{6,64}$/;

export const isRadiusSecret = (secret: string): boolean => RADIUS_SECRET.test(secret);

/** `v4/192.0.2.1`: FreeRADIUS looks for a file with the address as its name, in one directory per IP version. */
export function clientFileName(address: string): string {
  if (canonicalIp(address) !== address) throw new RangeError(`not a canonical address: ${address}`);
  return `${address.includes(':') ? 'v6' : 'v4'}/${address}`;
}

/** The line of a file that says whose router it is. */
export const tenantLine = (tenantDb: string): string => `\tTenant-DB = "${tenantDb}"`;

/**
 * One file per router, re-read by FreeRADIUS when it changes (freeradius/raddb/sites-available/clients). One file that
 * cannot be parsed would keep FreeRADIUS from starting for every tenant, so nothing unchecked gets in.
 *
 * @throws RangeError naming what is wrong, never the secret.
 */
export function renderClientFile(client: RouterClient): string {
  clientFileName(client.address);
  if (!isRadiusSecret(client.secret))
    throw new RangeError('The RADIUS secret has a character that is not allowed, or not 6 to 64 of them.');
  if (!TENANT_DB.test(client.tenantDb)) throw new RangeError(`not a tenant database: ${client.tenantDb}`);
  if (!Number.isSafeInteger(client.routerId) || client.routerId < 1) throw new RangeError(`not a router id: ${client.routerId}`);
  return [
    `client ${client.address} {`,
    `\t${client.address.includes(':') ? 'ipv6addr' : 'ipaddr'} = ${client.address}`,
    `\tsecret = "${client.secret}"`,
    `\tshortname = "${client.tenantDb}.${client.routerId}"`,
    `\trequire_message_authenticator = ${client.requireMessageAuthenticator ? 'yes' : 'no'}`,
    tenantLine(client.tenantDb),
    `\tRouter-Id = "${client.routerId}"`,
    '}',
    '',
  ].join('\n');
}

import { DomainError } from '@jala/contracts';

const SLUG = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,40}$/;

/** Names that mean something else in front of a domain, or that somebody could take for the platform itself. */
const RESERVED = new Set([
  'admin',
  'api',
  'app',
  'assets',
  'autoconfig',
  'autodiscover',
  'billing',
  'blog',
  'cdn',
  'dev',
  'dns',
  'docs',
  'ftp',
  'help',
  'host',
  'imap',
  'jala',
  'local',
  'localhost',
  'login',
  'mail',
  'metrics',
  'monitor',
  'mx',
  'ns',
  'ns1',
  'ns2',
  'platform',
  'pop',
  'pop3',
  'portal',
  'radius',
  'root',
  'secure',
  'smtp',
  'staging',
  'static',
  'stats',
  'status',
  'support',
  'system',
  'test',
  'vpn',
  'webmail',
  'wpad',
  'www',
]);

/** Whether a tenant could have it; reserved ones nobody has. */
export const isSlug = (text: string): boolean => SLUG.test(text);

/** @throws DomainError VALIDATION_FAILED on `slug`. */
export function assertSlug(slug: string): void {
  if (!isSlug(slug)) {
    throw DomainError.field(
      'slug',
      'format',
      '2 to 41 lower-case letters, digits and single dashes; it begins with a letter and ends without a dash.',
    );
  }
  if (RESERVED.has(slug)) throw DomainError.field('slug', 'reserved', 'This name is reserved. Choose another.');
}

/** Slugs have no underscore, so two slugs never share a database name. */
export const databaseNameOf = (slug: string): string => `t_${slug.replaceAll('-', '_')}`;

/** MySQL allows 32 characters. The random end keeps installations that share a database server apart. */
export const databaseUserOf = (tenantId: number, random: string): string => `t${tenantId}_${random}`.slice(0, 32);

/** The purpose under which a tenant's database password is sealed. */
export const databasePasswordPurpose = (tenantId: number): string => `tenant:${tenantId}:db_password`;

/** As the table `domains` keeps it. */
export const MAX_HOST_LENGTH = 190;

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * A host name in its one spelling: lower case, no port, no dot at the end, international names in their ASCII form.
 * @throws DomainError VALIDATION_FAILED on `host`.
 */
export function canonicalHost(text: string): string {
  const trimmed = text.trim().replace(/\.$/, '');
  const alone = !/[/\\@:?#\s%]/.test(trimmed) && URL.canParse(`http://${trimmed}/`);
  const host = alone ? new URL(`http://${trimmed}/`).hostname : '';
  const labels = host.split('.');
  if (host.length > MAX_HOST_LENGTH || labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1)!)) {
    throw DomainError.field('host', 'format', 'A host name such as isp.example.com, without scheme, port and path.');
  }
  return host;
}

/** The slug when the host is `<slug>.<root domain>`. */
export function slugOfHost(host: string, rootDomain: string): string | undefined {
  if (!host.endsWith(`.${rootDomain}`)) return undefined;
  const label = host.slice(0, -rootDomain.length - 1);
  return label.includes('.') ? undefined : label;
}

/** @throws DomainError VALIDATION_FAILED on `timezone`. */
export function assertTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw DomainError.field('timezone', 'unknown', 'An IANA time zone such as Asia/Jakarta.');
  }
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** @throws DomainError VALIDATION_FAILED on `currency`. */
export function assertCurrency(currency: string): void {
  if (!CURRENCIES.has(currency)) throw DomainError.field('currency', 'unknown', 'A currency code of ISO 4217 such as IDR.');
}

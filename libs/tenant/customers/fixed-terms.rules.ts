import { DomainError, type FieldError } from '@jala/contracts';
import { given } from '@jala/kernel';
import { canonicalHostAddress, canonicalIpv6Prefix, canonicalMac } from '@jala/radius';
import type { Customer } from './customer.entity';
import { assertFields } from './customers.errors';

/** What is fixed for one customer, whatever the plan says. Addresses in their one spelling. */
export type FixedTerms = Pick<Customer, 'framedIp' | 'framedIpv6Prefix' | 'delegatedIpv6Prefix' | 'macAuth' | 'deviceSlots'>;

export const NOTHING_FIXED: FixedTerms = {
  framedIp: null,
  framedIpv6Prefix: null,
  delegatedIpv6Prefix: null,
  macAuth: false,
  deviceSlots: null,
};

const ADDRESS: FieldError = { code: 'host_address', message: 'must be one IPv4 address, for example 10.0.0.7' };
const PREFIX: FieldError = {
  code: 'ipv6_prefix',
  message: 'must be an IPv6 prefix without bits behind its length, for example 2001:db8:1::/56',
};

/** As people write them to as they are kept; fields that were not given stay away. @throws DomainError VALIDATION_FAILED */
export function fixedTermsOf(written: Partial<FixedTerms>): Partial<FixedTerms> {
  const problems: Record<string, FieldError | undefined> = {};
  const read = (field: string, text: string | null | undefined, parse: (text: string) => string | undefined, problem: FieldError) => {
    if (text === null || text === undefined) return text;
    const value = parse(text);
    if (value === undefined) problems[field] = problem;
    return value;
  };
  const terms = {
    framedIp: read('framed_ip', written.framedIp, canonicalHostAddress, ADDRESS),
    framedIpv6Prefix: read('framed_ipv6_prefix', written.framedIpv6Prefix, canonicalIpv6Prefix, PREFIX),
    delegatedIpv6Prefix: read('delegated_ipv6_prefix', written.delegatedIpv6Prefix, canonicalIpv6Prefix, PREFIX),
    macAuth: written.macAuth,
    deviceSlots: written.deviceSlots,
  };
  assertFields(problems);
  return given(terms);
}

/**
 * A device that signs in by its address has that address as its name, and a hotspot to sign in at: PPPoE always asks for a password.
 * @returns the username as it has to be
 * @throws DomainError VALIDATION_FAILED
 */
export function usernameFor({ username, macAuth, serviceType }: Pick<Customer, 'username' | 'macAuth' | 'serviceType'>): string {
  if (!macAuth) return username;
  if (serviceType !== 'hotspot') throw DomainError.field('mac_auth', 'hotspot_only', 'Only hotspots let a device in by its address.');
  const mac = canonicalMac(username);
  if (!mac) throw DomainError.field('username', 'mac', "must be the device's address, for example AA:BB:CC:DD:EE:FF");
  return mac;
}

/** Only a new login is given another address. */
export function changesAddresses(before: FixedTerms, after: FixedTerms): boolean {
  return (['framedIp', 'framedIpv6Prefix', 'delegatedIpv6Prefix'] as const).some((field) => before[field] !== after[field]);
}

export function changesFixedTerms(before: FixedTerms, after: FixedTerms): boolean {
  return changesAddresses(before, after) || before.macAuth !== after.macAuth || before.deviceSlots !== after.deviceSlots;
}

/** Unique keys of addresses, and the fields that they are about. */
export const ADDRESS_KEYS: Readonly<Record<string, string>> = {
  customers_framed_ip: 'framed_ip',
  customers_framed_ipv6_prefix: 'framed_ipv6_prefix',
  customers_delegated_ipv6_prefix: 'delegated_ipv6_prefix',
};

/** First, because nearly every tenant is in one of them, and by the short names people use. */
export const INDONESIAN_ZONES: readonly [zone: string, short: string][] = [
  ['Asia/Jakarta', 'WIB'],
  ['Asia/Makassar', 'WITA'],
  ['Asia/Jayapura', 'WIT'],
];

/** Currencies of the countries whose ISPs sell by vouchers and prepaid plans; another one that is set already stays offered. */
export const CURRENCIES: readonly string[] = [
  'IDR',
  'MYR',
  'PHP',
  'THB',
  'VND',
  'SGD',
  'INR',
  'BDT',
  'LKR',
  'NPR',
  'PKR',
  'KES',
  'UGX',
  'TZS',
  'RWF',
  'NGN',
  'GHS',
  'ZAR',
  'ZMW',
  'BRL',
  'USD',
  'EUR',
];

/** Every other zone that this browser knows. */
export function otherZones(): string[] {
  const known = new Set(INDONESIAN_ZONES.map(([zone]) => zone));
  return Intl.supportedValuesOf('timeZone').filter((zone) => !known.has(zone));
}

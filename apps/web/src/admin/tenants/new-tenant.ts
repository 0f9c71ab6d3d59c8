/** Names its host and its database, so it is a host name's label that begins with a letter. */
export const SLUG = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,40}$/;

/** Where the ISPs are; the API takes every IANA zone. */
export const TIMEZONES = [
  'Asia/Jakarta',
  'Asia/Makassar',
  'Asia/Jayapura',
  'Asia/Kuala_Lumpur',
  'Asia/Manila',
  'Africa/Kampala',
  'Africa/Dar_es_Salaam',
  'UTC',
] as const;

/** "Nusantara Net, PT" → "nusantara-net". */
export function slugFrom(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\b(pt|cv|tbk)\b\.?/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 41)
    .replace(/-+$/, '');
}

/** The address as it will be: this host with the slug in front. */
export function hostOf(slug: string): string {
  return `${slug}.${location.host}`;
}

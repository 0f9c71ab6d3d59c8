import { isIPv4, isIPv6 } from 'node:net';

/**
 * The one spelling of an address that Jala stores and compares: dotted quad, or RFC 5952 for IPv6
 * (FreeRADIUS names its clients the same way). An IPv4-mapped IPv6 address becomes IPv4.
 * Undefined when the text is not a single address.
 */
export function canonicalIp(text: string): string | undefined {
  const trimmed = text.trim();
  if (isIPv4(trimmed)) return trimmed;
  if (!isIPv6(trimmed) || trimmed.includes('%')) return undefined;
  const canonical = new URL(`http://[${trimmed}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const high = parseInt(mapped[1]!, 16);
  const low = parseInt(mapped[2]!, 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

import { canonicalIp } from '@jala/kernel';

const WORDS = 8;
const WORD_BITS = 16;

/**
 * `2001:db8:1::/48` in its one spelling (RFC 5952). Undefined for what is no prefix of global or local unicast addresses, also for
 * one with bits set behind its length: what is meant then is a guess.
 */
export function canonicalIpv6Prefix(text: string): string | undefined {
  const match = /^([0-9a-f:.]+)\s*\/\s*(\d{1,3})$/i.exec(text.trim());
  const address = match && canonicalIp(match[1]!);
  const length = Number(match?.[2]);
  if (!address?.includes(':') || length < 1 || length > WORDS * WORD_BITS) return undefined;
  const words = wordsOf(address);
  // ff00::/8 is multicast, :: and ::1 are nobody's to give.
  if (words[0]! >= 0xff00 || words.slice(0, -1).every((word) => word === 0)) return undefined;
  const beyond = words.some((word, index) => {
    const kept = Math.min(WORD_BITS, Math.max(0, length - index * WORD_BITS));
    return (word & (0xffff >> kept)) !== 0;
  });
  return beyond ? undefined : `${address}/${length}`;
}

/** `text` is canonical. */
function wordsOf(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => parseInt(word, 16)));
  const [before, after] = [words(head), words(tail ?? '')];
  return [...before, ...Array<number>(WORDS - before.length - after.length).fill(0), ...after];
}

/**
 * An address that one host can have. 255.255.255.254 and 255.255.255.255 mean "as the router likes" and "as the user likes" in
 * Framed-IP-Address (RFC 2865 section 5.8).
 */
export function canonicalHostAddress(text: string): string | undefined {
  const address = canonicalIp(text);
  if (!address || address.includes(':')) return undefined;
  const first = Number(address.split('.')[0]);
  return first === 0 || first === 127 || first >= 224 ? undefined : address;
}

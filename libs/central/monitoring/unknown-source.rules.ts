/** Digits and dots around which a mistake of one key is looked for. */
const V4_CHARACTERS = [...'0123456789.'];
const V6_CHARACTERS = [...'0123456789abcdef:'];

/**
 * Every text that one slip of the hand makes of an address: a character too many, too few, another one, or two swapped. Not all of
 * them are addresses; they are only looked up.
 */
export function slipsOf(address: string): string[] {
  const characters = address.includes(':') ? V6_CHARACTERS : V4_CHARACTERS;
  const slips = new Set<string>();
  for (let at = 0; at <= address.length; at++) {
    const [head, tail] = [address.slice(0, at), address.slice(at)];
    slips.add(head + tail.slice(1));
    if (tail.length > 1) slips.add(head + tail.charAt(1) + tail.charAt(0) + tail.slice(2));
    for (const character of characters) {
      slips.add(head + character + tail);
      if (tail !== '') slips.add(head + character + tail.slice(1));
    }
  }
  slips.delete(address);
  return [...slips];
}

/** The /24 of an IPv4 address, the /64 of an IPv6 address: what one place usually has. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.') + 1);
  return groupsOf(address).slice(0, 4).join(':');
}

/** A pattern for LIKE that matches every canonical address of the network, and for IPv6 perhaps some others. */
export function networkPattern(address: string): string {
  if (!address.includes(':')) return `${networkOf(address)}%`;
  // Up to where zeros may be left out.
  const [first, second] = groupsOf(address);
  return first === '0' ? '::%' : second === '0' ? `${first}:%` : `${first}:${second}:%`;
}

/** All eight, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}

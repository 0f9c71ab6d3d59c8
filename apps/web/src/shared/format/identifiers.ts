/** "aabb.ccdd.eeff", "AA-BB-CC-DD-EE-FF" → "AA:BB:CC:DD:EE:FF", as RouterOS writes it. */
export function parseMac(text: string): string | undefined {
  const digits = text.trim().replaceAll(/[:.\-\s]/g, '');
  return /^[0-9a-f]{12}$/i.test(digits) ? digits.toUpperCase().match(/../g)!.join(':') : undefined;
}

/** IPv4 or IPv6, without prefix length. */
export function parseIp(text: string): string | undefined {
  const value = text.trim();
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(value);
  if (v4) return v4.slice(1).every((part) => Number(part) < 256) ? v4.slice(1).map(Number).join('.') : undefined;
  if (!value.includes(':') || !/^[0-9a-f:.]+$/i.test(value)) return undefined;
  try {
    return new URL(`http://[${value}]`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
}

/** `+62 812-3456-7890`. */
export function formatPhone(value: string): string {
  const match = /^\+62(\d{3})(\d{3,4})(\d{2,5})$/.exec(value);
  return match ? `+62 ${match[1]}-${match[2]}-${match[3]}` : value;
}

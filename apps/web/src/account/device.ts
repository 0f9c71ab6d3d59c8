const BROWSERS: readonly [name: string, sign: RegExp][] = [
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Samsung Internet', /SamsungBrowser\//],
  ['Firefox', /Firefox\//],
  ['Chrome', /Chrom(?:e|ium)\//],
  ['Safari', /Safari\//],
  ['curl', /^curl\//],
];
const SYSTEMS: readonly [name: string, sign: RegExp][] = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
];

/** "Chrome · Windows": enough for a person to recognise their own devices. */
export function deviceName(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined;
  const found = [BROWSERS, SYSTEMS].map((list) => list.find(([, sign]) => sign.test(userAgent))?.[0]).filter(Boolean);
  return found.join(' · ') || undefined;
}

export function isPhone(userAgent: string | null): boolean {
  return /Mobi|Android|iPhone/.test(userAgent ?? '');
}

/** Local numbers gain the country of the tenant's currency; the result is E.164. Undefined when it cannot be a telephone number. */
export function canonicalPhone(text: string, currency: string): string | undefined {
  const compact = text.replace(/[\s().-]/g, '');
  const country = CALLING_CODES[currency];
  const international = compact.startsWith('00')
    ? `+${compact.slice(2)}`
    : compact.startsWith('0') && country
      ? `+${country}${compact.slice(1)}`
      : compact;
  const withPlus = international.startsWith('+')
    ? international
    : country && international.startsWith(country)
      ? `+${international}`
      : undefined;
  return withPlus && /^\+[1-9]\d{6,14}$/.test(withPlus) ? withPlus : undefined;
}

/** Countries whose currency names them (ITU-T E.164 calling codes). Elsewhere a number needs its + prefix. */
const CALLING_CODES: Readonly<Record<string, string>> = {
  IDR: '62',
  MYR: '60',
  PHP: '63',
  THB: '66',
  VND: '84',
  SGD: '65',
  INR: '91',
  PKR: '92',
  BDT: '880',
  LKR: '94',
  NPR: '977',
  KES: '254',
  UGX: '256',
  TZS: '255',
  RWF: '250',
  NGN: '234',
  GHS: '233',
  ZAR: '27',
  ZMW: '260',
  BRL: '55',
};

/** Digits after the point that ISO 4217 gives a currency, where it is not two. */
const ISO_DIGITS: Record<string, number> = { UGX: 0, RWF: 0, BIF: 0, XOF: 0, XAF: 0, JPY: 0, KRW: 0, VND: 0 };
/** Digits people write: nobody has used cents of the rupiah or the shilling for decades. */
const DISPLAY_DIGITS: Record<string, number> = { IDR: 0, TZS: 0 };

export const isoDigits = (currency: string): number => ISO_DIGITS[currency] ?? 2;
export const displayDigits = (currency: string): number => DISPLAY_DIGITS[currency] ?? isoDigits(currency);

/** "150.000", "150,000", "Rp 150rb", "1,5 jt" → minor units. Undefined when it is not an amount. */
export function parseMoney(text: string, currency: string): number | undefined {
  const match = /^(?:[a-z]{2,3}\.?|[^\d\s.,-]{1,3})?\s*([\d.,\s]*\d)\s*(rb|ribu|k|jt|juta|m)?$/i.exec(text.trim());
  if (!match) return undefined;
  const scale = { rb: 1e3, ribu: 1e3, k: 1e3, jt: 1e6, juta: 1e6, m: 1e6 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  const value = parseDecimal(match[1]!, displayDigits(currency) > 0 || scale > 1);
  if (value === undefined) return undefined;
  const minor = Math.round(value * scale * 10 ** isoDigits(currency));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** Point and comma are both used for both purposes: groups of exactly three digits are thousands unless a fraction is meant. */
function parseDecimal(text: string, fractions: boolean): number | undefined {
  const clean = text.replaceAll(/\s/g, '');
  const grouped = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,](\d+))?$/.exec(clean);
  if (grouped) {
    const [whole, fraction] = grouped[2] ? [clean.slice(0, -grouped[2].length - 1), grouped[2]] : [clean, '0'];
    return Number(`${whole.replaceAll(/[.,]/g, '')}.${fraction}`);
  }
  const plain = /^(\d+)(?:[.,](\d+))?$/.exec(clean);
  if (!plain || (plain[2] && !fractions)) return undefined;
  return Number(`${plain[1]}.${plain[2] ?? 0}`);
}

const RATE_FACTORS: Record<string, number> = { '': 1e6, k: 1e3, m: 1e6, g: 1e9 };
/** "10M", "512 kbps", "2,5 Mbps", "10" (Mbps: nobody sells bits) → bits per second. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:[.,]\d+)?)\s*([kmg]?)(?:bps|bit\/s|b\/s|bit)?$/i.exec(text.trim());
  if (!match) return undefined;
  const bps = Math.round(Number(match[1]!.replace(',', '.')) * RATE_FACTORS[match[2]!.toLowerCase()]!);
  return bps <= 1e12 ? bps : undefined;
}

const SIZE_FACTORS: Record<string, number> = { '': 1e9, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** "10 GB", "1,5G", "500 MB", "50" (GB) → bytes. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:[.,]\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]!.replace(',', '.')) * SIZE_FACTORS[match[2]!.toLowerCase()]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

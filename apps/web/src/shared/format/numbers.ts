import { displayDigits, isoDigits } from './parse';
import { numberTag } from './region';

const formats = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = numberTag.value + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(numberTag.value, options)));
  return format;
}

export function formatCount(value: number): string {
  return numberFormat({ maximumFractionDigits: 0 }).format(value);
}

/** `Rp 150.000`: whole minor units of ISO 4217 in, what people write out. */
export function formatMoney(minor: number, currency: string): string {
  const digits = displayDigits(currency);
  return numberFormat({
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
    .format(minor / 10 ** isoDigits(currency))
    .replace(/^(-?)Rp\s?/, '$1Rp\u00a0');
}

export function formatAmount(minor: number, currency: string): string {
  return numberFormat({ maximumFractionDigits: displayDigits(currency) }).format(minor / 10 ** isoDigits(currency));
}

const VOLUMES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
/** `12,4 GB`: decimal units, as data is sold. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, VOLUMES);
}

const RATES = ['bps', 'kbps', 'Mbps', 'Gbps', 'Tbps'];
/** `10 Mbps`. */
export function formatRate(bps: number): string {
  return scaled(bps, RATES);
}

function scaled(value: number, units: readonly string[]): string {
  let exponent = 0;
  let rest = value;
  while (rest >= 999.95 && exponent < units.length - 1) {
    rest /= 1000;
    exponent++;
  }
  return `${numberFormat({ maximumFractionDigits: rest < 100 && exponent > 0 ? 1 : 0 }).format(rest)}\u00a0${units[exponent]}`;
}

/** Digits after the decimal point that ISO 4217 gives each currency Jala is used in; two where not listed. */
const ISO_DIGITS: Record<string, number> = { UGX: 0, RWF: 0, BIF: 0, XOF: 0, XAF: 0, JPY: 0, KRW: 0, VND: 0 };

/** Digits people write. ISO gives the rupiah and the shilling cents that nobody has used for decades. */
const DISPLAY_DIGITS: Record<string, number> = { IDR: 0, TZS: 0 };

export class CurrencyMismatchError extends Error {
  constructor(a: string, b: string) {
    super(`cannot combine ${a} with ${b}`);
  }
}

/** An amount in whole minor units (ISO 4217 digits) of one currency. Never a float. */
export class Money {
  private constructor(
    readonly minor: number,
    readonly currency: string,
  ) {}

  /** @throws RangeError when minor is not a safe integer or the currency is not three capital letters. */
  static ofMinor(minor: number, currency: string): Money {
    if (!Number.isSafeInteger(minor)) throw new RangeError('money needs whole minor units');
    if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('not an ISO 4217 currency code');
    return new Money(minor, currency);
  }

  static isoDigits(currency: string): number {
    return ISO_DIGITS[currency] ?? 2;
  }

  static displayDigits(currency: string): number {
    return DISPLAY_DIGITS[currency] ?? Money.isoDigits(currency);
  }

  plus(other: Money): Money {
    if (other.currency !== this.currency) throw new CurrencyMismatchError(this.currency, other.currency);
    return Money.ofMinor(this.minor + other.minor, this.currency);
  }

  minus(other: Money): Money {
    return this.plus(Money.ofMinor(-other.minor, other.currency));
  }

  format(locale: string): string {
    const digits = Money.displayDigits(this.currency);
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: this.currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(this.minor / 10 ** Money.isoDigits(this.currency));
  }
}

const FACTORS: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** A volume of data in bytes. Quotas are sold in decimal units (1 GB = 10^9 bytes). */
export class DataSize {
  private constructor(readonly bytes: number) {}

  /** @throws RangeError when the value is not a whole, non-negative number of bytes that a double holds exactly. */
  static of(bytes: number): DataSize {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`not a data size: ${bytes}`);
    return new DataSize(bytes);
  }

  /** Reads what people type: "10 GB", "1,5GB", "512 MiB". Undefined when it is not a data size. */
  static parse(text: string): DataSize | undefined {
    const match = /^\s*(\d+(?:[.,]\d+)?)\s*([kmgt]?i?b)?\s*$/i.exec(text);
    if (!match) return undefined;
    const factor = FACTORS[(match[2] ?? 'b').toLowerCase()];
    if (factor === undefined) return undefined;
    const bytes = Math.round(Number(match[1]!.replace(',', '.')) * factor);
    return Number.isSafeInteger(bytes) ? new DataSize(bytes) : undefined;
  }

  /** Splits into the two 32-bit words of RADIUS counters (RFC 2869 §5.1): low octets and gigawords. */
  toGigawords(): { octets: number; gigawords: number } {
    return { octets: this.bytes % 2 ** 32, gigawords: Math.floor(this.bytes / 2 ** 32) };
  }
}

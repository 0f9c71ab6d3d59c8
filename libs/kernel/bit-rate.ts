const FACTORS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/**
 * Bits per second. RouterOS counts k, M and G in thousands, not in 1024s
 * (MikroTik manual, "Queues"), and so does everybody who sells bandwidth.
 */
export class BitRate {
  private constructor(readonly bps: number) {}

  /** @throws RangeError when the value is not a whole number of bits from 0 to 1 Tbit/s. */
  static of(bps: number): BitRate {
    if (!Number.isSafeInteger(bps) || bps < 0 || bps > 1e12) throw new RangeError(`not a bit rate: ${bps}`);
    return new BitRate(bps);
  }

  /** Reads what people type: "10M", "512 kbps", "1.5 Mbps", "2,5M", "2000000". Undefined when it is not a bit rate. */
  static parse(text: string): BitRate | undefined {
    const match = /^\s*(\d+(?:[.,]\d+)?)\s*([kmg]?)(?:bps|bit\/s|b\/s)?\s*$/i.exec(text);
    if (!match) return undefined;
    const bps = Math.round(Number(match[1]!.replace(',', '.')) * FACTORS[match[2]!.toLowerCase()]!);
    return bps <= 1e12 ? new BitRate(bps) : undefined;
  }

  /** The shortest exact form RouterOS reads: 10M, 1500k, 64. */
  toRouterOs(): string {
    if (this.bps > 0 && this.bps % 1e9 === 0) return `${this.bps / 1e9}G`;
    if (this.bps > 0 && this.bps % 1e6 === 0) return `${this.bps / 1e6}M`;
    if (this.bps > 0 && this.bps % 1e3 === 0) return `${this.bps / 1e3}k`;
    return String(this.bps);
  }
}

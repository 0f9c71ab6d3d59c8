import type { BitRate } from '@jala/kernel';

export interface RateLimit {
  readonly download: BitRate;
  readonly upload: BitRate;
  /** Above the limit for a short while, as long as the average over `seconds` stays below `threshold`. */
  readonly burst?: {
    readonly download: BitRate;
    readonly upload: BitRate;
    readonly thresholdDownload: BitRate;
    readonly thresholdUpload: BitRate;
    readonly secondsDownload: number;
    readonly secondsUpload: number;
  };
  /** 1 is served first, 8 last. */
  readonly priority?: number;
  /** Guaranteed even when the line is full. */
  readonly minimum?: { readonly download: BitRate; readonly upload: BitRate };
}

/**
 * Mikrotik-Rate-Limit: `rx/tx [burst [threshold [seconds [priority [minimum]]]]]`, seen from the router, which receives
 * what the customer uploads: upload comes first (MikroTik manual, "RADIUS client").
 * Fields are positional, so a later one fills in those before it with values that change nothing.
 *
 * @throws RangeError when RouterOS would refuse it or read it differently.
 */
export function rateLimit(limit: RateLimit): string {
  const { download, upload, burst, priority, minimum } = limit;
  if (download.bps === 0 || upload.bps === 0) throw new RangeError('A rate of 0 means "no limit" to RouterOS.');
  const parts = [pair(upload, download)];
  if (burst) {
    if (burst.download.bps < download.bps || burst.upload.bps < upload.bps) throw new RangeError('A burst rate is below its limit.');
    if (burst.thresholdDownload.bps > burst.download.bps || burst.thresholdUpload.bps > burst.upload.bps) {
      throw new RangeError('A burst threshold is above its burst rate.');
    }
    for (const seconds of [burst.secondsDownload, burst.secondsUpload]) {
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600)
        throw new RangeError('A burst time is a whole number of seconds up to 3600.');
    }
    parts.push(
      pair(burst.upload, burst.download),
      pair(burst.thresholdUpload, burst.thresholdDownload),
      `${burst.secondsUpload}/${burst.secondsDownload}`,
    );
  } else if (priority !== undefined || minimum) {
    parts.push('0/0', '0/0', '0/0');
  }
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 1 && priority <= 8))
    throw new RangeError('A priority is 1 to 8.');
  if (priority !== undefined || minimum) parts.push(String(priority ?? 8));
  if (minimum) {
    if (minimum.download.bps > download.bps || minimum.upload.bps > upload.bps)
      throw new RangeError('A guaranteed rate is above its limit.');
    parts.push(pair(minimum.upload, minimum.download));
  }
  return parts.join(' ');
}

const pair = (upload: BitRate, download: BitRate): string => `${upload.toRouterOs()}/${download.toRouterOs()}`;

const RATE = String.raw`\d+[kMG]?`;
const RATES = String.raw`${RATE}(?:/${RATE})?`;
const GRAMMAR = new RegExp(String.raw`^${RATES}(?: ${RATES}(?: ${RATES}(?: \d+(?:/\d+)?(?: [1-8](?: ${RATES})?)?)?)?)?$`);

/** Whether RouterOS reads the whole text as a Mikrotik-Rate-Limit. It silently drops what it does not understand. */
export function isRateLimit(text: string): boolean {
  return text.length <= 247 && GRAMMAR.test(text);
}

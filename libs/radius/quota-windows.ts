/** What quotas and fair use are for: the whole period, or each day, week (from Monday) or month of the tenant's zone. */
export const QUOTA_WINDOWS = ['total', 'day', 'week', 'month'] as const;
export type QuotaWindow = (typeof QUOTA_WINDOWS)[number];

interface Usage {
  readonly usedBytes: number;
  readonly usedSeconds: number;
  readonly quotaWindow: QuotaWindow;
  readonly usedWindow: QuotaWindow;
  readonly usedUntil: Date | null;
}

/** What has been used in the present window. The rows are written with the next report, so they may still speak of the last one. */
export function usedNow(user: Usage, now: Date): { readonly bytes: number; readonly seconds: number } {
  const over = user.usedWindow !== user.quotaWindow || (user.usedUntil !== null && user.usedUntil <= now);
  return over ? { bytes: 0, seconds: 0 } : { bytes: user.usedBytes, seconds: user.usedSeconds };
}

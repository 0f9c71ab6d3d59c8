/** People mistype; nobody mistypes five times in a row without asking for a reset. */
export const FAILURES_BEFORE_LOCK = 5;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 60 * 60_000;

/**
 * How long the account is locked after this many failures in a row: one minute, then twice as long with each further
 * failure, an hour at most. It always ends by itself, so that a stranger cannot shut the owner out for good.
 */
export function lockMs(failures: number): number {
  if (failures < FAILURES_BEFORE_LOCK) return 0;
  return Math.min(FIRST_LOCK_MS * 2 ** Math.min(failures - FAILURES_BEFORE_LOCK, 10), LONGEST_LOCK_MS);
}

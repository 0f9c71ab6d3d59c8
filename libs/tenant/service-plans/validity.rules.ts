import { DateTime } from 'luxon';
import type { ValidityUnit } from '@jala/contracts';

/** How long one paid period lasts. */
export interface Validity {
  readonly value: number;
  readonly unit: ValidityUnit;
}

/**
 * The end of the n-th period after the anchor. Days and months are counted on the tenant's calendar, so a customer who
 * starts at 08:00 ends at 08:00 whatever the clocks did in between; months always count from the anchor's day, so the
 * 31st becomes the 28th in February and the 31st again in March. Hours are real hours.
 * @throws RangeError when `periods` is not a whole number from 1, or the zone is unknown.
 */
export function endOfPeriod(anchor: Date, validity: Validity, periods: number, zone: string): Date {
  if (!Number.isSafeInteger(periods) || periods < 1) throw new RangeError('periods are counted from 1');
  const start = DateTime.fromJSDate(anchor, { zone });
  if (!start.isValid) throw new RangeError('not an instant in a known time zone');
  return start.plus({ [validity.unit]: validity.value * periods }).toJSDate();
}

export interface PaidUntil {
  readonly anchorAt: Date;
  /** Null: does not end by itself. */
  readonly expiresAt: Date | null;
}

/** The first period of somebody who starts now. */
export function firstPeriod(now: Date, validity: Validity | null, zone: string): PaidUntil {
  return { anchorAt: now, expiresAt: validity ? endOfPeriod(now, validity, 1, zone) : null };
}

/**
 * One more period. Renewing early adds to what is left and keeps the anchor; renewing after the end starts afresh,
 * because nobody pays for the days they were offline.
 */
export function nextPeriod(current: PaidUntil, now: Date, validity: Validity | null, zone: string): PaidUntil {
  if (!validity) return { anchorAt: current.anchorAt, expiresAt: null };
  const { anchorAt, expiresAt } = current;
  if (!expiresAt || expiresAt <= now || expiresAt < anchorAt) return firstPeriod(now, validity, zone);

  let periods = Math.max(1, Math.floor(periodsBetween(anchorAt, expiresAt, validity, zone)));
  let end = endOfPeriod(anchorAt, validity, periods, zone);
  while (end <= expiresAt) end = endOfPeriod(anchorAt, validity, (periods += 1), zone);
  // An end that somebody set by hand lies on no boundary: count on from that end, or the period would come out short.
  const boundary = periods > 1 ? endOfPeriod(anchorAt, validity, periods - 1, zone) : null;
  if (!boundary || boundary.getTime() !== expiresAt.getTime()) {
    return { anchorAt: expiresAt, expiresAt: endOfPeriod(expiresAt, validity, 1, zone) };
  }
  return { anchorAt, expiresAt: end };
}

/** A guess that is never too high by more than a period: the caller walks the rest. */
function periodsBetween(from: Date, to: Date, validity: Validity, zone: string): number {
  const span = DateTime.fromJSDate(to, { zone }).diff(DateTime.fromJSDate(from, { zone }), validity.unit).as(validity.unit);
  return span / validity.value - 1;
}

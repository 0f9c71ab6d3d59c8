import { DateTime } from 'luxon';

/** The instant at which the tenant's present day began. */
export function startOfDay(now: Date, zone: string): Date {
  return DateTime.fromJSDate(now, { zone }).startOf('day').toJSDate();
}

/** The instant at which the tenant's day began that many days ago. */
export function startOfDayBefore(now: Date, zone: string, days: number): Date {
  return DateTime.fromJSDate(now, { zone }).startOf('day').minus({ days }).toJSDate();
}

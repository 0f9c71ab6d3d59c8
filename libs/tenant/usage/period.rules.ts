import { DomainError } from '@jala/contracts';
import { DateTime } from 'luxon';
import type { Period } from './usage.types';

/** A year and a bit: a chart of more days shows nothing, and the export goes year by year. */
export const MAX_DAYS = 400;
const DEFAULT_DAYS = 30;

/**
 * The days that were asked for, by default the last thirty of the tenant's own calendar.
 * @throws DomainError VALIDATION_FAILED
 */
export function periodOf({ from, to }: Partial<Period>, now: Date, zone: string): Period {
  const last = day('to', to) ?? DateTime.fromJSDate(now, { zone });
  const first = day('from', from) ?? last.minus({ days: DEFAULT_DAYS - 1 });
  const days = Math.round(DateTime.fromISO(last.toISODate() ?? '').diff(DateTime.fromISO(first.toISODate() ?? ''), 'days').days) + 1;
  if (days < 1) throw refused('from', 'must not be after the last day');
  if (days > MAX_DAYS) throw refused('from', `must be at most ${MAX_DAYS} days before the last day`);
  return { from: first.toFormat('yyyy-MM-dd'), to: last.toFormat('yyyy-MM-dd') };
}

/** The tenant's day that an instant lies in. */
export const dayOf = (at: Date, zone: string): string => DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd');

/** Every day of the period, in order. */
export function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  for (let at = DateTime.fromISO(from, { zone: 'utc' }); days.length < MAX_DAYS; at = at.plus({ days: 1 })) {
    const text = at.toFormat('yyyy-MM-dd');
    if (text > to) break;
    days.push(text);
  }
  return days;
}

function day(field: string, text: string | undefined): DateTime | undefined {
  if (text === undefined) return undefined;
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  if (!parsed.isValid) throw refused(field, 'must be a day, for example 2026-03-10');
  return parsed;
}

const refused = (field: string, message: string): DomainError =>
  new DomainError('VALIDATION_FAILED', {}, { [field]: [{ code: 'period', message }] });

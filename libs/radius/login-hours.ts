/** Part of the week, in seconds since Monday 00:00 local time. Over the end of the week, `to` is above WEEK. */
export interface WeekSpan {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60;
const DAY = 86_400;
const WEEK = 7 * DAY;

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;

/** `Wk` Monday to Friday, `Al` or `Any` every day, one day, or a range of days such as `Fr-Su`. */
const ENTRY =
  /^(Wk|Al|Any|Mo|Tu|We|Th|Fr|Sa|Su)(?:-(Mo|Tu|We|Th|Fr|Sa|Su))?(?:([01]\d|2[0-3])([0-5]\d)-(?:([01]\d|2[0-3])([0-5]\d)|(2400)))?$/;

/**
 * Login-Time as FreeRADIUS writes it (rlm_logintime, the UUCP way): `Wk0800-1700,Sa,Su`. A span whose end is not after its
 * beginning runs into the next day (`Al2200-0500`). The end is not part of it.
 * @returns undefined when it is not understood; an empty list means: at any time
 */
export function weekSpans(hours: string): WeekSpan[] | undefined {
  const spans: WeekSpan[] = [];
  for (const entry of hours.split(',')) {
    const match = ENTRY.exec(entry);
    if (!match) return undefined;
    const [, first, last, fromHour, fromMinute, toHour, toMinute, midnight] = match;
    if (last !== undefined && !DAYS.some((day) => day === first)) return undefined;
    const from = fromHour === undefined ? 0 : Number(fromHour) * 3600 + Number(fromMinute) * MINUTE;
    const end = fromHour === undefined || midnight !== undefined ? DAY : Number(toHour) * 3600 + Number(toMinute) * MINUTE;
    const to = end > from ? end : end + DAY;
    for (const day of daysOf(first!, last)) spans.push({ from: day * DAY + from, to: day * DAY + to });
  }
  return merged(spans);
}

/** Whether people may write it so, and the database can hold it. */
export function isLoginHours(text: string): boolean {
  return text.length <= 253 && weekSpans(text) !== undefined;
}

function daysOf(first: string, last: string | undefined): number[] {
  if (first === 'Al' || first === 'Any') return [0, 1, 2, 3, 4, 5, 6];
  if (first === 'Wk') return [0, 1, 2, 3, 4];
  const from = DAYS.findIndex((day) => day === first);
  const to = DAYS.findIndex((day) => day === (last ?? first));
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, step) => (from + step) % 7);
}

/** Spans that touch become one, or a session would be cut where none has to end. */
function merged(spans: readonly WeekSpan[]): WeekSpan[] {
  const inside = spans.flatMap(({ from, to }) =>
    to > WEEK
      ? [
          { from, to: WEEK },
          { from: 0, to: to - WEEK },
        ]
      : [{ from, to }],
  );
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of inside.sort((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (before && from <= before.to) before.to = Math.max(before.to, to);
    else joined.push({ from, to });
  }
  const [first] = joined;
  const last = joined.at(-1);
  if (!first || !last || (first.from === 0 && first.to === WEEK)) return [];
  // Sunday night goes on into Monday.
  if (first.from === 0 && last.to === WEEK) last.to = WEEK + first.to;
  return joined;
}

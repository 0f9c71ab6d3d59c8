import { useNow } from '@vueuse/core';
import { i18n, currentLocale } from '../i18n';
import { region, TAGS } from './region';

/** One clock for every relative time on the page. */
export const now = useNow({ interval: 15_000 });

const formats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${currentLocale()}${region.value.timezone}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(TAGS[currentLocale()], { timeZone: region.value.timezone, ...options })));
  return format;
}

/** `20 Nov 2026, 14.05`. */
export function formatInstant(iso: string): string {
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(
    new Date(iso),
  );
}

/** `14.05`. */
export function formatTime(iso: string): string {
  return dateFormat({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(iso));
}

/** With seconds and zone: what a tooltip shows. */
export function formatExact(iso: string): string {
  return dateFormat({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
    timeZoneName: 'short',
  }).format(new Date(iso));
}

export function formatDate(iso: string): string {
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso));
}

/** A calendar day (`2026-11-20`), short enough for an axis: `20 Nov`. */
export function formatDay(day: string): string {
  return dateFormat({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** The calendar day it is in the tenant's zone, `days` days ago. */
export function dayAgo(days: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: region.value.timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(Date.now());
  return new Date(Date.parse(`${parts}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

const STEPS: readonly [unit: 'seconds' | 'minutes' | 'hours' | 'days' | 'months' | 'years', seconds: number][] = [
  ['years', 31_556_952],
  ['months', 2_629_746],
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
];

/** `2 h ago`, `2 j lalu`, `in 3 d`. */
export function formatRelative(iso: string, at: Date = now.value): string {
  const seconds = Math.round((at.getTime() - Date.parse(iso)) / 1000);
  const { t } = i18n.global;
  if (Math.abs(seconds) < 45) return t('time.now');
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length * 0.95) ?? ['minutes', 60];
  const amount = t(`time.${unit}`, { n: Math.max(1, Math.round(Math.abs(seconds) / size)) });
  return seconds > 0 ? t('time.ago', { amount }) : t('time.in', { amount });
}

/** `2 h 5 m`, `48 s`: at most two units. */
export function formatDuration(totalSeconds: number): string {
  const { t } = i18n.global;
  const seconds = Math.max(0, Math.round(totalSeconds));
  const parts: [string, number][] = [
    ['days', Math.floor(seconds / 86_400)],
    ['hours', Math.floor(seconds / 3600) % 24],
    ['minutes', Math.floor(seconds / 60) % 60],
    ['seconds', seconds % 60],
  ];
  const first = parts.findIndex(([, n]) => n > 0);
  if (first < 0) return t('time.seconds', { n: 0 });
  return parts
    .slice(first, first + 2)
    .filter(([, n], index) => index === 0 || n > 0)
    .map(([unit, n]) => t(`time.${unit}`, { n }))
    .join(' ');
}

/** The instant at which a calendar day (`2026-11-20`) begins in the tenant's zone; `later` days after it. */
export function startOfDay(day: string, later = 0): string {
  const midnight = Date.parse(`${day}T00:00:00Z`) + later * 86_400_000;
  const offset = (at: number) => {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: region.value.timezone, timeZoneName: 'longOffset' }).formatToParts(at);
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(parts.find((part) => part.type === 'timeZoneName')?.value ?? '');
    return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000 : 0;
  };
  // Twice, because the offset at the guess may differ from the one at the result when clocks are changed that day.
  return new Date(midnight - offset(midnight - offset(midnight))).toISOString();
}

import { isDeepStrictEqual } from 'node:util';
import { redact } from '@jala/infra/logging';

type Values = Record<string, unknown>;

export interface Change {
  readonly before?: object | null;
  readonly after?: object | null;
}

const MAX_TEXT = 500;

/**
 * What is kept of a change: of an update only the fields that differ, of a creation or a removal all of them.
 * Secrets are replaced after comparing, so that a changed password shows as changed and never as itself.
 */
export function keptChange(change: Change): { before: Values | null; after: Values | null } {
  const before = plain(change.before);
  const after = plain(change.after);
  if (!before || !after) return { before: before && shown(before), after: after && shown(after) };
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
  if (changed.length === 0) return { before: null, after: null };
  return { before: shown(picked(before, changed)), after: shown(picked(after, changed)) };
}

/** As JSON will hold it: dates as text, nothing undefined. */
function plain(value: object | null | undefined): Values | null {
  return value ? (JSON.parse(JSON.stringify(value, sortedSets)) as Values) : null;
}

const sortedSets = (_key: string, value: unknown): unknown => (value instanceof Set ? [...value].sort() : value);

const picked = (values: Values, keys: readonly string[]): Values =>
  Object.fromEntries(keys.filter((key) => key in values).map((key) => [key, values[key]]));

const shown = (values: Values): Values => shortened(redact(values)) as Values;

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
  return value;
}

import { DateTime, IANAZone } from 'luxon';

/** From this instant on, local time is this many seconds ahead of UTC. */
export interface ZoneOffset {
  readonly from: Date;
  readonly seconds: number;
}

const DAY_MS = 86_400_000;

/**
 * A zone for a database that knows none: its distance to UTC at `from`, and every change until `years` later, to the second.
 * @throws RangeError for a zone that does not exist
 */
export function zoneOffsets(zone: string, from: Date, years: number): ZoneOffset[] {
  if (!IANAZone.isValidZone(zone)) throw new RangeError(`not a time zone: ${zone}`);
  const at = (ms: number): number => DateTime.fromMillis(ms, { zone }).offset * 60;
  const offsets: ZoneOffset[] = [{ from, seconds: at(from.getTime()) }];
  const end = from.getTime() + years * 365.25 * DAY_MS;
  // No zone changes twice within a fortnight of any use to anybody.
  for (let day = from.getTime(); day < end; day += 14 * DAY_MS) {
    const [before, after] = [at(day), at(day + 14 * DAY_MS)];
    if (before === after) continue;
    let [low, high] = [day, day + 14 * DAY_MS];
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (at(middle) === before) low = middle;
      else high = middle;
    }
    offsets.push({ from: new Date(Math.floor(high / 1000) * 1000), seconds: after });
  }
  return offsets;
}

import { shallowRef, watch, type Ref } from 'vue';
import type { Session } from '@/api/models';

export interface Rates {
  download: number;
  upload: number;
  /** Over the whole session, because the router has reported only once since the page was opened. */
  average: boolean;
}

interface Report {
  at: number;
  input: number;
  output: number;
}

/**
 * Bits per second of each session. Routers report totals every few minutes, so the rate is what came between the last
 * two reports; it stays until the next one instead of falling to zero.
 */
export function useRates(rows: () => readonly Session[]): Ref<ReadonlyMap<number, Rates>> {
  const reports = new Map<number, Report>();
  const rates = shallowRef<ReadonlyMap<number, Rates>>(new Map());

  watch(
    rows,
    (sessions) => {
      const next = new Map<number, Rates>();
      for (const session of sessions) {
        const report = { at: Date.parse(session.updated_at ?? session.started_at), input: session.input_bytes, output: session.output_bytes };
        const before = reports.get(session.id);
        const known = rates.value.get(session.id);
        if (before && report.at > before.at) next.set(session.id, between(before, report));
        else if (known && before) next.set(session.id, known);
        else if (session.session_seconds > 0) next.set(session.id, overall(session));
        if (!before || report.at > before.at) reports.set(session.id, report);
      }
      rates.value = next;
    },
    { immediate: true },
  );
  return rates;
}

function between(before: Report, after: Report): Rates {
  const seconds = (after.at - before.at) / 1000;
  const rate = (bytes: number) => (Math.max(0, bytes) * 8) / seconds;
  return { download: rate(after.output - before.output), upload: rate(after.input - before.input), average: false };
}

function overall(session: Session): Rates {
  const rate = (bytes: number) => (bytes * 8) / session.session_seconds;
  return { download: rate(session.output_bytes), upload: rate(session.input_bytes), average: true };
}

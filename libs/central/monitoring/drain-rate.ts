import type { RadiusStatistics, SpoolState } from '@jala/radius';
import type { DrainRate, MonitoringSnapshot, ProcessState } from './snapshot';

interface Seen {
  readonly at: string;
  readonly processes: readonly ProcessState[];
  readonly spool: SpoolState | null;
}

interface Writers {
  /** Whether this process writes them. RadSec writes accounting itself and hands logins on to auth. */
  readonly are: (process: string) => boolean;
  /** Every answer is a record. */
  readonly count: (statistics: RadiusStatistics) => number;
}

const WRITERS: Readonly<Record<keyof DrainRate, Writers>> = {
  accounting: { are: (name) => name !== 'drain' && name !== 'auth', count: ({ accountingResponses }) => accountingResponses },
  logins: { are: (name) => name === 'auth', count: ({ accessAccepts, accessRejects }) => accessAccepts + accessRejects },
};

/**
 * How fast the spool goes to the database: what was written since the last look (FreeRADIUS counts its answers) less what waits more
 * now. Neither the drain nor who loads the login history counts.
 */
export function drainRate(now: Seen, before: MonitoringSnapshot | undefined): DrainRate {
  const seconds = before ? (Date.parse(now.at) - Date.parse(before.at)) / 1_000 : 0;
  if (!before || seconds <= 0) return { accounting: null, logins: null };
  const rate = (kind: keyof DrainRate): number | null => {
    const written = recordsWritten(kind, now.processes, before.processes);
    const waiting = [now.spool?.[kind].records, before.spool?.[kind].records] as const;
    if (written === undefined || waiting[0] === undefined || waiting[1] === undefined) return null;
    return Math.round((Math.max(0, written - (waiting[0] - waiting[1])) / seconds) * 10) / 10;
  };
  return { accounting: rate('accounting'), logins: rate('logins') };
}

/** Between two looks; undefined when a process that writes could not be asked both times. */
function recordsWritten(kind: keyof DrainRate, now: readonly ProcessState[], before: readonly ProcessState[]): number | undefined {
  const { are, count } = WRITERS[kind];
  const writers = now.filter(({ name }) => are(name));
  let records = 0;
  for (const { name, statistics } of writers) {
    const earlier = before.find((process) => process.name === name)?.statistics;
    if (!statistics || !earlier) return undefined;
    // Counters begin anew with the process.
    records += count(statistics) - (statistics.startedAt === earlier.startedAt ? count(earlier) : 0);
  }
  return writers.length === 0 ? undefined : records;
}

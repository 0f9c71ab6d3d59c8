import type { RadiusStatistics, SpoolState } from '@jala/radius';
import type { DrainRate, MonitoringSnapshot, ProcessState } from './snapshot';

interface Seen {
  readonly at: string;
  readonly processes: readonly ProcessState[];
  readonly spool: SpoolState | null;
}

/** Every answer of this kind is a record in the spool, whichever process gave it. */
const WRITTEN: Readonly<Record<keyof DrainRate, (statistics: RadiusStatistics) => number>> = {
  accounting: ({ accountingResponses }) => accountingResponses,
  logins: ({ accessAccepts, accessRejects }) => accessAccepts + accessRejects,
};

/**
 * How fast the spool goes to the database: what was written since the last look (FreeRADIUS counts its answers) less what waits more
 * now. The drain itself counts nothing.
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
  const count = WRITTEN[kind];
  let records = 0;
  // The drain reads the spool, whatever it answers.
  for (const { name, statistics } of now.filter((process) => process.name !== 'drain')) {
    const earlier = before.find((process) => process.name === name)?.statistics;
    if (!statistics || !earlier) return undefined;
    // Counters begin anew with the process.
    records += count(statistics) - (statistics.startedAt === earlier.startedAt ? count(earlier) : 0);
  }
  return now.length === 0 ? undefined : records;
}

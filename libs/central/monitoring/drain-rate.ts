import type { SpoolState } from '@jala/radius';
import type { DrainRate, MonitoringSnapshot, ProcessState } from './snapshot';

interface Seen {
  readonly at: string;
  readonly processes: readonly ProcessState[];
  readonly spool: SpoolState | null;
}

/**
 * How fast the spool goes to the database: what was written since the last look (FreeRADIUS counts its answers, and every answer is a
 * record) less what waits more now. The drain itself counts nothing.
 */
export function drainRate(now: Seen, before: MonitoringSnapshot | undefined): DrainRate {
  const seconds = before ? (Date.parse(now.at) - Date.parse(before.at)) / 1_000 : 0;
  if (!before || seconds <= 0) return { accounting: null, logins: null };
  const rate = (kind: 'accounting' | 'logins'): number | null => {
    const written = [recordsWritten(kind, now.processes), recordsWritten(kind, before.processes)] as const;
    const waiting = [now.spool?.[kind].records, before.spool?.[kind].records] as const;
    if (!written[0] || !written[1] || waiting[0] === undefined || waiting[1] === undefined) return null;
    // Counters begin anew with the process.
    const more = written[0].startedAt === written[1].startedAt ? written[0].records - written[1].records : written[0].records;
    return Math.round((Math.max(0, more - (waiting[0] - waiting[1])) / seconds) * 10) / 10;
  };
  return { accounting: rate('accounting'), logins: rate('logins') };
}

function recordsWritten(
  kind: 'accounting' | 'logins',
  processes: readonly ProcessState[],
): { records: number; startedAt: number } | undefined {
  const statistics = processes.find(({ name }) => name === (kind === 'accounting' ? 'acct' : 'auth'))?.statistics;
  if (!statistics) return undefined;
  const records = kind === 'accounting' ? statistics.accountingResponses : statistics.accessAccepts + statistics.accessRejects;
  return { records, startedAt: statistics.startedAt };
}

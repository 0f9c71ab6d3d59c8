import type { QueueName } from '@jala/infra/queue';
import type { LoginAnswer, RadiusStatistics, ResponseTimes, SpoolState } from '@jala/radius';
import type { AlertKey, Streak } from './alert.types';

/** How often the platform is looked at. */
export const LOOK_EVERY_MS = 10_000;
/** A snapshot older than this says nothing any more: no worker is looking. */
export const STALE_AFTER_MS = 60_000;

export interface ProcessState {
  readonly name: string;
  readonly latencyMs: number | null;
  /** Null: it did not answer. */
  readonly statistics: RadiusStatistics | null;
  /** ISO 8601; null while it answers. */
  readonly silentSince: string | null;
}

export interface LoginState {
  /** ISO 8601, of the last try. */
  readonly at: string;
  readonly answer: LoginAnswer['answer'];
  readonly latencyMs: number | null;
  readonly failingSince: string | null;
}

export interface DatabaseState {
  readonly name: string;
  /** Null: it cannot be reached. */
  readonly latencyMs: number | null;
}

/** Records a second that went to the database; null when it cannot be told. */
export interface DrainRate {
  readonly accounting: number | null;
  readonly logins: number | null;
}

/** One look at everything that is not part of this process. Instants are ISO 8601. */
export interface MonitoringSnapshot {
  readonly at: string;
  readonly processes: readonly ProcessState[];
  /** Null: not set up. */
  readonly login: LoginState | null;
  /** Null: the spool cannot be read from the worker. */
  readonly spool: SpoolState | null;
  readonly drained: DrainRate;
  /** Rejected logins since the platform exists, by reason. */
  readonly rejects: Readonly<Record<string, number>>;
  readonly responseTimes: Readonly<Record<'auth' | 'acct', ResponseTimes | null>>;
  readonly databases: readonly DatabaseState[];
  readonly queues: Readonly<Partial<Record<QueueName, Record<string, number>>>>;
  /** For how many looks in a row something has been wrong, or right. */
  readonly streaks: Readonly<Record<AlertKey, Streak>>;
}

export const isStale = (snapshot: MonitoringSnapshot, now: Date): boolean => now.getTime() - Date.parse(snapshot.at) > STALE_AFTER_MS;

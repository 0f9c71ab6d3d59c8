import type { AlertKey, AlertSubject, AlertKind, Streak } from './alert.types';
import type { MonitoringSnapshot } from './snapshot';

export const alertKey = ({ kind, subject }: AlertSubject): AlertKey => `${kind}:${subject}`;

export interface Finding extends AlertSubject {
  /** `between` is neither bad enough to raise nor good enough to resolve. */
  readonly state: 'bad' | 'between' | 'good';
  /** Numbers for people. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

export interface BacklogLimits {
  readonly seconds: number;
  readonly bytes: number;
}

/** One lost packet is not an outage. */
const RAISE_AFTER = 2;
/** What comes and goes should not send two mails a minute. */
const RESOLVE_AFTER = 3;

/** Whether it was found good often enough to be believed. */
export const isProven = (streak: Streak | undefined): boolean => (streak?.good ?? 0) >= RESOLVE_AFTER;

/** A backlog must shrink to this part of its limits before it counts as gone. */
const RESOLVED_AT = 0.5;

/** What one look found. What could not be seen is not among it, and its alert stays as it is. */
export function findings(snapshot: Omit<MonitoringSnapshot, 'streaks'>, limits: BacklogLimits): Finding[] {
  const now = Date.parse(snapshot.at) / 1_000;
  const backlog = (kind: AlertKind, waiting: { bytes: number; records: number; oldestAt: number | null }): Finding => {
    const age = waiting.oldestAt === null ? 0 : Math.max(0, Math.round(now - waiting.oldestAt));
    const over = (part: number): boolean => age > limits.seconds * part || waiting.bytes > limits.bytes * part;
    return {
      kind,
      subject: '',
      state: over(1) ? 'bad' : over(RESOLVED_AT) ? 'between' : 'good',
      details: { age_s: age, bytes: waiting.bytes, records: waiting.records },
    };
  };
  return [
    ...(snapshot.spool ? [backlog('accounting-backlog', snapshot.spool.accounting), backlog('login-backlog', snapshot.spool.logins)] : []),
    ...snapshot.processes.map((process): Finding => ({
      kind: 'radius-process',
      subject: process.name,
      state: process.silentSince === null ? 'good' : 'bad',
      details: { since: process.silentSince },
    })),
    ...(snapshot.login
      ? [
          {
            kind: 'synthetic-login',
            subject: '',
            state: snapshot.login.answer === 'accept' ? 'good' : 'bad',
            details: { answer: snapshot.login.answer },
          } satisfies Finding,
        ]
      : []),
    ...snapshot.databases.map((database): Finding => ({
      kind: 'database-host',
      subject: database.name,
      state: database.latencyMs === null ? 'bad' : 'good',
      details: {},
    })),
  ];
}

export interface Judgement {
  readonly streaks: Record<AlertKey, Streak>;
  readonly raise: readonly Finding[];
  readonly resolve: readonly Finding[];
}

/** Counts looks in a row. Whether an alert is open already is for whoever keeps them: `raise` repeats what stays bad. */
export function judge(found: readonly Finding[], before: Readonly<Record<AlertKey, Streak>>): Judgement {
  const streaks: Record<AlertKey, Streak> = { ...before };
  for (const finding of found) {
    const { bad, good } = before[alertKey(finding)] ?? { bad: 0, good: 0 };
    streaks[alertKey(finding)] = {
      bad: finding.state === 'bad' ? bad + 1 : 0,
      good: finding.state === 'good' ? good + 1 : 0,
    };
  }
  return {
    streaks,
    raise: found.filter((finding) => (streaks[alertKey(finding)]?.bad ?? 0) >= RAISE_AFTER),
    resolve: [...found.filter((finding) => isProven(streaks[alertKey(finding)])), ...watchedNoLonger(found, before)],
  };
}

const PROCESS = 'radius-process:';

/** Every configured process is among what was found, answering or not: what is known from earlier and is not there was taken out of service. */
function watchedNoLonger(found: readonly Finding[], before: Readonly<Record<AlertKey, Streak>>): Finding[] {
  const watched = new Set<string>(found.map(alertKey));
  return Object.keys(before)
    .filter((key) => key.startsWith(PROCESS) && !watched.has(key))
    .map((key) => ({ kind: 'radius-process', subject: key.slice(PROCESS.length), state: 'good', details: {} }));
}

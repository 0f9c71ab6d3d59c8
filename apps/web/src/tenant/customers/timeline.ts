import type { ActivityEntry, LoginAttempt, Session } from '@/api/models';

export type TimelineEntry = { key: string; at: string } & (
  | { kind: 'accepted'; login: LoginAttempt }
  | { kind: 'rejected'; login: LoginAttempt; times: number; since: string }
  | { kind: 'started'; session: Session }
  | { kind: 'ended'; session: Session }
  | { kind: 'change'; change: ActivityEntry }
);

/** A router reports the session that a login opened within this time; the login itself then says nothing more. */
const LOGIN_TO_SESSION_MS = 120_000;

/**
 * What happened to a customer, newest first. Routers repeat a refused login every few seconds, so refusals in a row with
 * one reason are one entry; a login that became a session is told by the session.
 */
export function timeline(logins: readonly LoginAttempt[], sessions: readonly Session[], changes: readonly ActivityEntry[]): TimelineEntry[] {
  const starts = sessions.map((session) => Date.parse(session.started_at));
  const becameSession = ({ at }: LoginAttempt) =>
    starts.some((start) => start >= Date.parse(at) - 5000 && start - Date.parse(at) < LOGIN_TO_SESSION_MS);

  const entries: TimelineEntry[] = [
    ...logins
      .filter((login) => !login.accepted || !becameSession(login))
      .map((login): TimelineEntry =>
        login.accepted
          ? { key: `login-${login.id}`, at: login.at, kind: 'accepted', login }
          : { key: `login-${login.id}`, at: login.at, kind: 'rejected', login, times: 1, since: login.at },
      ),
    ...sessions.map((session): TimelineEntry => ({ key: `start-${session.id}`, at: session.started_at, kind: 'started', session })),
    ...sessions.flatMap((session): TimelineEntry[] =>
      session.ended_at ? [{ key: `end-${session.id}`, at: session.ended_at, kind: 'ended', session }] : [],
    ),
    ...changes.map((change): TimelineEntry => ({ key: `change-${change.id}`, at: change.at, kind: 'change', change })),
  ];
  return collapsed(entries.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)));
}

function collapsed(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const result: TimelineEntry[] = [];
  for (const entry of entries) {
    const last = result.at(-1);
    if (entry.kind === 'rejected' && last?.kind === 'rejected' && last.login.reason === entry.login.reason) {
      result[result.length - 1] = { ...last, times: last.times + 1, since: entry.at };
    } else {
      result.push(entry);
    }
  }
  return result;
}

/**
 * The page of a source that was read may end earlier than another's: older entries are left out up to where every
 * source is complete, so that nothing seems to have happened in an order in which it did not.
 */
export function completeSince(pages: readonly { oldest: string | undefined; complete: boolean }[]): number {
  const limits = pages.filter((page) => !page.complete && page.oldest !== undefined).map((page) => Date.parse(page.oldest!));
  return limits.length > 0 ? Math.max(...limits) : Number.NEGATIVE_INFINITY;
}

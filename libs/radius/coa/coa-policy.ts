import type { Session } from '../session-row';
import type { Enforcement } from '../radius-user';
import type { RadUser } from '../stock.entities';
import type { CoaSession, SessionChange } from './coa-client';

/** "No limit" has to be said: what a request does not name, the router keeps from the plan before. */
const NO_RATE_LIMIT = '0/0';
/** RouterOS keeps timeouts as signed 32 bits; this one is in 68 years. */
const NO_TIMEOUT = 2 ** 31 - 1;
const WORD = 2 ** 32;

/**
 * How a router finds a session: PPPoE by user name and Acct-Session-Id, a hotspot by the address too. A PPPoE request must not
 * name the address, because RouterOS compares everything that is named and an address may have changed since the last report.
 */
export function identification(session: Session, knownAs?: string): CoaSession {
  return {
    username: knownAs ?? session.username,
    acctSessionId: session.acctSessionId,
    framedIp: session.serviceType === 'pppoe' ? '' : session.framedIp,
  };
}

type Stored = Pick<
  RadUser,
  | 'status'
  | 'expiresAt'
  | 'rateLimit'
  | 'fupBytes'
  | 'fupRateLimit'
  | 'quotaBytes'
  | 'timeQuotaSeconds'
  | 'usedBytes'
  | 'usedSeconds'
  | 'quotaWindow'
  | 'usedWindow'
  | 'usedUntil'
  | 'idleSeconds'
  | 'sessionSeconds'
>;

export interface UserTerms extends Stored {
  /** Seconds until the login hours end, 0 outside them; undefined for a user who has none. */
  readonly hoursLeft?: number;
}

type Reported = Pick<Session, 'startedAt' | 'seconds' | 'inputBytes' | 'outputBytes'>;

/** What counts of the usage: nothing of a window that is over. */
function usedOf(user: UserTerms, now: Date): { bytes: number; seconds: number } {
  const counts = user.usedWindow === user.quotaWindow && (user.usedUntil === null || user.usedUntil > now);
  return counts ? { bytes: user.usedBytes, seconds: user.usedSeconds } : { bytes: 0, seconds: 0 };
}

/** Whether a login would be accepted as far as time, volume and status go: the same comparison as in FreeRADIUS. */
export function mayBeOnline(user: UserTerms, now: Date): boolean {
  if (user.status !== 'active' || user.hoursLeft === 0) return false;
  if (user.expiresAt && user.expiresAt <= now) return false;
  const used = usedOf(user, now);
  if (user.timeQuotaSeconds !== null && used.seconds >= user.timeQuotaSeconds) return false;
  return user.quotaBytes === null || used.bytes < user.quotaBytes;
}

/**
 * Everything a running session is to be held to from now on, complete, so that nothing of another plan stays behind.
 * Session-Timeout and Total-Limit count from the beginning of the session (RFC 2865 section 5.27), so what it has used already
 * is added to what is left.
 */
export function termsFor(user: UserTerms, session: Reported, now: Date): SessionChange {
  const used = usedOf(user, now);
  const throttled = user.fupBytes !== null && used.bytes >= user.fupBytes;
  const rate = throttled ? (user.fupRateLimit ?? user.rateLimit) : user.rateLimit;
  return {
    mikrotikRateLimit: rate ?? NO_RATE_LIMIT,
    sessionTimeout: timeoutFor(user, session, now, throttled),
    ...(user.idleSeconds === null ? {} : { idleTimeout: user.idleSeconds }),
    ...(user.quotaBytes === null ? {} : totalLimit(session.inputBytes + session.outputBytes + user.quotaBytes - used.bytes)),
  };
}

/** The nearest of all ends, in seconds from the beginning of the session. */
function timeoutFor(user: UserTerms, session: Reported, now: Date, throttled: boolean): number {
  const lasted = Math.max(0, Math.floor((now.getTime() - session.startedAt.getTime()) / 1000));
  const until = (end: Date): number => lasted + Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1000));
  const ends = [NO_TIMEOUT];
  if (user.expiresAt) ends.push(until(user.expiresAt));
  if (user.sessionSeconds !== null) ends.push(user.sessionSeconds);
  // Counted up to the last report, so from there on.
  if (user.timeQuotaSeconds !== null) ends.push(session.seconds + user.timeQuotaSeconds - usedOf(user, now).seconds);
  if (user.hoursLeft !== undefined) ends.push(lasted + user.hoursLeft);
  // The next window begins with a new login, at full speed.
  if (throttled && user.usedUntil) ends.push(until(user.usedUntil));
  return Math.min(...ends);
}

function totalLimit(bytes: number): SessionChange {
  return { mikrotikTotalLimit: bytes % WORD, mikrotikTotalLimitGigawords: Math.floor(bytes / WORD) };
}

/** Terms that a CoA-Request can both set and change. Of these, only the ones in `UNSETTABLE` can also be taken away. */
const CHANGEABLE = new Set<keyof Enforcement>([
  'rateLimit',
  'fairUse',
  'quotaBytes',
  'timeQuotaSeconds',
  'quotaWindow',
  'idleSeconds',
  'sessionSeconds',
  'loginHours',
]);
const UNSETTABLE = new Set<keyof Enforcement>(['rateLimit', 'fairUse', 'timeQuotaSeconds', 'quotaWindow', 'sessionSeconds', 'loginHours']);
/** Only counted at login, or about reports: a running session has nothing of them. */
const NOT_OF_A_SESSION = new Set<string>(['name', 'sharedUsers', 'interimSeconds', 'deviceSlots', 'macLock']);

export type NeededFor = 'nothing' | 'change' | 'disconnect';

/** What a running session needs so that it has nothing of `before` and all of `after`. */
export function neededFor(before: Enforcement, after: Enforcement): NeededFor {
  let needed: NeededFor = 'nothing';
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Enforcement>) {
    if (NOT_OF_A_SESSION.has(key) || same(before[key], after[key])) continue;
    const takenAway = (after[key] ?? null) === null;
    // Also what this list does not know yet: a new login is told everything.
    if (!CHANGEABLE.has(key) || (takenAway && !UNSETTABLE.has(key))) return 'disconnect';
    needed = 'change';
  }
  return needed;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

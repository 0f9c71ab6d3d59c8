import { DEFAULT_INTERIM_SECONDS } from './radius-user';

/** So many intervals without a word: the session is taken for dead (its Stop was lost). */
const INTERVALS = 3;
/** What `raduser.interim_s` can hold. */
const LONGEST_INTERIM_SECONDS = 65_535;

/** The time that an open session of the usual interval may be silent; of a shorter one too. */
export const LIVE_WINDOW_SECONDS = INTERVALS * DEFAULT_INTERIM_SECONDS;

/**
 * Open and heard of within three of its user's intervals. Most sessions are known to be live by the usual interval; only for the
 * others, within the range that an index gives, is the user looked up. Its parameters are `liveParams()`.
 * @param sessions the name that radacct has in the statement
 */
export const liveSql = (sessions: string): string =>
  `${sessions}.acctstoptime IS NULL AND ${sessions}.acctupdatetime > ? AND (${sessions}.acctupdatetime > ?
    OR ${sessions}.acctupdatetime + INTERVAL ${INTERVALS} * (SELECT live.interim_s FROM raduser live WHERE live.username = ${sessions}.username) SECOND > ?)`;

export function liveParams(now: Date): Date[] {
  const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);
  return [ago(INTERVALS * LONGEST_INTERIM_SECONDS), ago(LIVE_WINDOW_SECONDS), now];
}

/** For those who read `acctupdatetime` of open sessions themselves: none that was silent since then is live, whatever its interval. */
export const oldestLive = (now: Date): Date => liveParams(now)[0]!;

/** Known without asking for the user's interval. */
export const isSurelyLive = (heardAt: Date, now: Date): boolean => isLive(heardAt, DEFAULT_INTERIM_SECONDS, now);

/** What `liveSql` says of an open session, by its user's interval in seconds. */
export const isLive = (heardAt: Date, interimSeconds: number, now: Date): boolean =>
  heardAt.getTime() + INTERVALS * interimSeconds * 1_000 > now.getTime();

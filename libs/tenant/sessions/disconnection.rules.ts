import { type CoaAttempt, type Session, SESSION_NOT_FOUND } from '@jala/radius';

/**
 * `asked`: tries go on, or the router agreed and its Stop is awaited. The others will not end by themselves: `refused` and `silent`
 * after the last try, `ignored` when reports go on although the router agreed, `disowned` when they go on although it said that
 * there is no such session, `unreachable` when nothing was sent because CoA does not reach the router (RadSec).
 */
export const DISCONNECTION_STATES = ['asked', 'refused', 'silent', 'ignored', 'disowned', 'unreachable'] as const;
export type DisconnectionState = (typeof DISCONNECTION_STATES)[number];

type Asked = Pick<CoaAttempt, 'answer' | 'errorCause' | 'lastTry' | 'sentAt' | 'answeredAt'>;
type Reported = Pick<Session, 'updatedAt' | 'endedAt'>;

const agreed = ({ answer, errorCause }: Asked): boolean => answer === 'ack' || (answer === 'nak' && errorCause === SESSION_NOT_FOUND);

/** Reports carry whole seconds, so one of the second of the answer says nothing about what came after it. */
const reportedSince = (session: Reported, instant: Date): boolean =>
  session.updatedAt.getTime() >= Math.ceil((instant.getTime() + 1) / 1000) * 1000;

/** True when the router has agreed and nothing has been heard of the session since. */
export function hasDied(session: Reported, attempt: Asked | undefined): boolean {
  if (session.endedAt) return true;
  return attempt !== undefined && agreed(attempt) && !reportedSince(session, attempt.answeredAt ?? attempt.sentAt);
}

/** What became of the wish to end this session. Undefined: it ended, or nobody wished it. */
export function disconnectionState(session: Reported, attempt: Asked | undefined): DisconnectionState | undefined {
  if (session.endedAt || !attempt) return undefined;
  if (agreed(attempt)) return hasDied(session, attempt) ? 'asked' : attempt.answer === 'ack' ? 'ignored' : 'disowned';
  if (!attempt.lastTry) return 'asked';
  if (attempt.answer === 'unreachable') return 'unreachable';
  return attempt.answer === 'nak' ? 'refused' : 'silent';
}

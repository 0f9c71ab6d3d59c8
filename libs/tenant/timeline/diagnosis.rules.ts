import type { CustomerStatus } from '@jala/contracts';
import type { Login, Session } from '@jala/radius';

export const DIAGNOSES = ['online', 'silent', 'rejected', 'accepted_without_session', 'ended', 'never_tried'] as const;
export type DiagnosisCode = (typeof DIAGNOSES)[number];

/** What is known when somebody calls; each the newest of its kind. */
export interface Evidence {
  readonly status: CustomerStatus;
  readonly expiresAt: Date | null;
  /** Still reports. */
  readonly online?: Session;
  /** Never said goodbye, and does not report any more. */
  readonly silent?: Session;
  readonly ended?: Session;
  readonly accepted?: Login;
  readonly rejected?: Login;
}

export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** When what the code says happened or began; null: never. */
  readonly at: Date | null;
  readonly status: CustomerStatus;
  readonly expiresAt: Date | null;
  readonly routerId: number | null;
  readonly mac: string | null;
  /** As the RADIUS server gave it. */
  readonly reason: string | null;
  /** Acct-Terminate-Cause. */
  readonly cause: string | null;
  /** They were refused for a state that is over: they only have to try again. */
  readonly resolved: boolean;
  /** Online, and yet somebody was refused since: another device, as a rule. */
  readonly alsoRejected: { readonly at: Date; readonly reason: string; readonly mac: string } | null;
}

/** A start that the router's clock dates a little before the login it belongs to. */
const CLOCKS_DIFFER_MS = 5_000;

/** One sentence's worth of why somebody is not connected. The newest thing that happened decides. */
export function diagnose(evidence: Evidence): Diagnosis {
  const { online, silent, ended, accepted, rejected, status, expiresAt } = evidence;
  const about = (code: DiagnosisCode, at: Date | null, more: Partial<Diagnosis> = {}): Diagnosis => ({
    code,
    at,
    status,
    expiresAt,
    routerId: null,
    mac: null,
    reason: null,
    cause: null,
    resolved: false,
    alsoRejected: null,
    ...more,
  });
  const ofSession = ({ routerId, mac }: Session) => ({ routerId: routerId || null, mac: mac || null });
  const ofLogin = ({ routerId, mac }: Login) => ({ routerId: routerId || null, mac: mac || null });

  if (online) {
    const later = rejected && rejected.at > online.startedAt ? rejected : undefined;
    return about('online', online.startedAt, {
      ...ofSession(online),
      alsoRejected: later ? { at: later.at, reason: later.reason, mac: later.mac } : null,
    });
  }
  const endedAt = ended?.endedAt ?? null;
  const newest = Math.max(...[rejected?.at, accepted?.at, silent?.updatedAt, endedAt].map((at) => at?.getTime() ?? 0));
  if (newest === 0) return about('never_tried', null);
  if (rejected?.at.getTime() === newest)
    return about('rejected', rejected.at, { ...ofLogin(rejected), reason: rejected.reason, resolved: isOver(rejected.reason, status) });
  if (silent?.updatedAt.getTime() === newest) return about('silent', silent.updatedAt, ofSession(silent));
  if (accepted?.at.getTime() === newest) {
    const opened = [silent, ended].find((session) => session && session.startedAt.getTime() >= newest - CLOCKS_DIFFER_MS);
    if (!opened) return about('accepted_without_session', accepted.at, ofLogin(accepted));
  }
  return ended
    ? about('ended', endedAt, { ...ofSession(ended), cause: ended.terminateCause || null })
    : about('silent', silent?.updatedAt ?? null);
}

/** Suspended or expired then, and not any more. */
function isOver(reason: string, status: CustomerStatus): boolean {
  return status === 'active' && /^(suspended|expired)/.test(reason);
}

/** What both faces know of a router's signatures. */
export interface SignedRouter {
  connection: 'udp' | 'radsec';
  require_message_authenticator: boolean;
  signature: 'signs' | 'partly' | 'unsigned' | null;
  unsigned_refused_at: string | null;
  wrong_secret_at: string | null;
}

export type SignatureState = 'tls' | 'refused' | 'required' | 'ready' | 'partly' | 'unsigned' | 'unknown';

/** A router repeats what is refused for as long as somebody wants to log in; after a day of quiet it is history. */
const RECENT_MS = 86_400_000;
/** Longer than the usual interim intervals: a router with a wrong secret would have shown it again. */
const WRONG_SECRET_MS = 15 * 60_000;

const isWithin = (at: string | null, ms: number, now: Date): boolean => at !== null && now.getTime() - Date.parse(at) < ms;

/** Worst first: nobody gets in, then what could be forged, then what is as it should be. */
export function signatureState(router: SignedRouter, now: Date): SignatureState {
  if (router.connection === 'radsec') return 'tls';
  if (router.require_message_authenticator) return isWithin(router.unsigned_refused_at, RECENT_MS, now) ? 'refused' : 'required';
  if (router.signature === 'signs') return 'ready';
  return router.signature ?? 'unknown';
}

export const hasWrongSecret = (router: SignedRouter, now: Date): boolean => isWithin(router.wrong_secret_at, WRONG_SECRET_MS, now);

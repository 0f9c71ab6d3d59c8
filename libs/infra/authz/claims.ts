import { AUDIENCES } from '@jala/contracts';
import type { AccessClaims } from './principal';

/** The claims of a token whose signature has been verified; undefined when it is not one of our access tokens. */
export function parseClaims(payload: unknown): AccessClaims | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { sub, aud, tid, sid, ver } = payload as Record<string, unknown>;
  const audience = AUDIENCES.find((known) => known === aud);
  if (!audience || typeof sub !== 'string' || !/^[1-9]\d{0,15}$/.test(sub)) return undefined;
  if (typeof sid !== 'string' || typeof ver !== 'number' || !Number.isSafeInteger(ver)) return undefined;
  if (audience === 'platform' ? tid !== null : typeof tid !== 'number' || !Number.isSafeInteger(tid)) return undefined;
  return { sub, aud: audience, tid: tid as number | null, sid, ver };
}

/** Seconds since 1970; undefined where a payload does not say when it ends. */
export function expiryOf(payload: unknown): number | undefined {
  const { exp } = payload as { exp?: unknown };
  return typeof exp === 'number' ? exp : undefined;
}

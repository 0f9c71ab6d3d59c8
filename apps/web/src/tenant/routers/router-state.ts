import type { Router } from '@/api/models';
import { hasWrongSecret } from '../../shared/radius/signature-state';

export type RouterStateName = 'failed' | 'wrong_secret' | 'publishing' | 'waiting' | 'heard' | 'silent' | 'quiet';

/** Longer than the longest interim interval that is usual (10 minutes), so a quiet but healthy router is not called silent. */
const SILENT_AFTER_MS = 15 * 60_000;

/**
 * What matters about a router, worst first: the RADIUS server could not take it, has not taken it yet, cannot believe it, has never heard
 * from it, hears from it, should hear from it because sessions run there, or has no reason to hear from it.
 */
export function routerState(router: Router, now: Date): RouterStateName {
  if (router.publish_error) return 'failed';
  if (!router.published_at) return 'publishing';
  if (hasWrongSecret(router, now)) return 'wrong_secret';
  if (!router.last_seen_at) return 'waiting';
  if (now.getTime() - Date.parse(router.last_seen_at) < SILENT_AFTER_MS) return 'heard';
  return router.sessions_online > 0 ? 'silent' : 'quiet';
}

import type { RouterCertificate } from '@/api/models';

export type CertificateState = 'valid' | 'expiring' | 'expired' | 'revoked';

/** Time enough to drive to a tower and change it. */
const EXPIRING_MS = 60 * 86_400_000;

export function certificateState({ state, expires_at }: RouterCertificate, now: Date): CertificateState {
  return state === 'valid' && Date.parse(expires_at) - now.getTime() < EXPIRING_MS ? 'expiring' : state;
}

/** As certificates are compared: in pairs, read out without losing the place. */
export const serialPairs = (serial: string): string => serial.toUpperCase().replaceAll(/..(?!$)/g, '$&:');

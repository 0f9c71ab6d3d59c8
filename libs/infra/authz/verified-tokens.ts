import type { AccessClaims } from './principal';

/** More sessions than are busy within the life of a token; beyond it the token verified longest ago is verified again. */
const CAPACITY = 10_000;

/**
 * What tokens said whose signature was found genuine. That does not change until they expire, and a page sends its token many times.
 * Whether the session goes on is not the token's to say: that is asked at every request (PrincipalResolver).
 */
export class VerifiedTokens {
  private readonly verified = new Map<string, { readonly claims: AccessClaims; readonly until: number }>();

  find(token: string): AccessClaims | undefined {
    const known = this.verified.get(token);
    if (!known) return undefined;
    if (Date.now() < known.until) return known.claims;
    this.verified.delete(token);
    return undefined;
  }

  /** @param expiresAt seconds since 1970 (RFC 7519 §4.1.4) */
  remember(token: string, claims: AccessClaims, expiresAt: number): void {
    this.verified.set(token, { claims, until: expiresAt * 1_000 });
    const [oldest] = this.verified.keys();
    if (this.verified.size > CAPACITY && oldest !== undefined) this.verified.delete(oldest);
  }
}

import type { Actor, Audience } from '@jala/contracts';

/** What an access token says. It names an account and a session; what they may do is read fresh, never trusted from here. */
export interface AccessClaims {
  /** Account id, as text (RFC 7519 §4.1.2). */
  readonly sub: string;
  readonly aud: Audience;
  /** Tenant id; null on the platform. */
  readonly tid: number | null;
  /** Session: the family of refresh tokens the login began. */
  readonly sid: string;
  /** The account's session version when the token was signed. Raised to end every session at once. */
  readonly ver: number;
}

export interface Principal {
  readonly audience: Audience;
  readonly tenantId: number | null;
  readonly accountId: number;
  readonly sessionId: string;
  readonly actor: Actor;
}

export interface RequestOrigin {
  readonly ip: string;
  readonly requestId: string;
}

/** The part of Fastify's request that authorisation reads and writes. */
export interface RequestWithPrincipal {
  readonly ip: string;
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly routeOptions?: { readonly url?: string };
  principal?: Principal;
}

/** Port: turns the claims of a verified token into who is acting now. Implemented by the identity engine. */
export abstract class PrincipalResolver {
  /** @throws DomainError UNAUTHENTICATED when the account is gone or inactive, or the session has ended. */
  abstract resolve(claims: AccessClaims, origin: RequestOrigin): Promise<Principal>;
}

import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DomainError } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import { TenantScope } from '@jala/infra/tenancy';
import { audienceOfHost } from './audience';
import { expiryOf, parseClaims } from './claims';
import { type AccessClaims, type Principal, PrincipalResolver, type RequestWithPrincipal } from './principal';
import { VerifiedTokens } from './verified-tokens';

const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();

@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'jwt') {
  private readonly tokens = new VerifiedTokens();

  constructor(
    config: AppConfig,
    private readonly resolver: PrincipalResolver,
  ) {
    super({
      jwtFromRequest: bearerToken,
      // The typings know only strings and buffers; jsonwebtoken takes a KeyObject as it is.
      secretOrKey: config.jwtKey as unknown as Buffer,
      algorithms: ['HS256'],
      passReqToCallback: true,
    });
  }

  /** Who sends a token that was verified before; undefined where it has to be. */
  async recognise(request: RequestWithPrincipal): Promise<Principal | undefined> {
    const token = bearerToken(request);
    const claims = token === null ? undefined : this.tokens.find(token);
    return claims && this.principalOf(claims, request);
  }

  /** Passport has found the token genuine. */
  async validate(request: RequestWithPrincipal, payload: unknown): Promise<Principal> {
    const claims = parseClaims(payload);
    if (!claims) throw new DomainError('UNAUTHENTICATED');
    const token = bearerToken(request);
    const expiresAt = expiryOf(payload);
    if (token !== null && expiresAt !== undefined) this.tokens.remember(token, claims, expiresAt);
    return this.principalOf(claims, request);
  }

  /** Is the token for this host, and is it still somebody? */
  private async principalOf(claims: AccessClaims, { ip, id }: RequestWithPrincipal): Promise<Principal> {
    // Before any look-up: on a foreign host the account id in the token would name somebody else.
    if (claims.aud !== audienceOfHost() || claims.tid !== (TenantScope.peek()?.id ?? null)) throw new DomainError('NOT_FOUND');
    return this.resolver.resolve(claims, { ip, requestId: id });
  }
}

import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DomainError } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import { TenantScope } from '@jala/infra/tenancy';
import { audienceOfHost } from './access.guard';
import { parseClaims } from './claims';
import { type Principal, PrincipalResolver, type RequestWithPrincipal } from './principal';

@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    config: AppConfig,
    private readonly resolver: PrincipalResolver,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // The typings know only strings and buffers; jsonwebtoken takes a KeyObject as it is.
      secretOrKey: config.jwtKey as unknown as Buffer,
      algorithms: ['HS256'],
      passReqToCallback: true,
    });
  }

  /** The token is genuine. Is it for this host, and is it still somebody? */
  async validate(request: RequestWithPrincipal, payload: unknown): Promise<Principal> {
    const claims = parseClaims(payload);
    if (!claims) throw new DomainError('UNAUTHENTICATED');
    // Before any look-up: on a foreign host the account id in the token would name somebody else.
    if (claims.aud !== audienceOfHost() || claims.tid !== (TenantScope.peek()?.id ?? null)) throw new DomainError('NOT_FOUND');
    return this.resolver.resolve(claims, { ip: request.ip, requestId: request.id });
  }
}

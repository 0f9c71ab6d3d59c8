import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { DomainError } from '@jala/contracts';
import { isAllowed } from './ability';
import { ACCESS_METADATA, type Access } from './access.decorators';
import { audienceOfHost, audienceOfPath } from './audience';
import { BearerStrategy } from './bearer.strategy';
import type { Principal, RequestWithPrincipal } from './principal';

/** The one guard of every route: host, then token, then permission. Anything it does not know is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bearer: BearerStrategy,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [context.getHandler(), context.getClass()]);
    if (!access) throw new DomainError('FORBIDDEN');
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const audience = audienceOfPath(request.routeOptions?.url ?? '');
    // On the wrong host the route does not exist, whoever asks.
    if (audience && audience !== audienceOfHost()) throw new DomainError('NOT_FOUND');
    if (access.kind === 'public') return true;
    const principal = await this.authenticated(context, request);
    if (!principal) throw new DomainError('UNAUTHENTICATED');
    if (access.kind === 'permission' && !isAllowed(principal.actor.permissions, access.permission)) {
      throw new DomainError('FORBIDDEN', { permission: access.permission });
    }
    return true;
  }

  private async authenticated(context: ExecutionContext, request: RequestWithPrincipal): Promise<Principal | undefined> {
    request.principal = await this.bearer.recognise(request);
    if (!request.principal) await super.canActivate(context);
    return request.principal;
  }

  override getAuthenticateOptions(): { session: false; property: string } {
    return { session: false, property: 'principal' };
  }

  override handleRequest<P = Principal>(error: unknown, principal: P | false | null): P {
    if (error) throw error instanceof Error ? error : new DomainError('UNAUTHENTICATED');
    // Passport says no without an error when the token is missing, expired or forged; the caller is not told which.
    if (!principal) throw new DomainError('UNAUTHENTICATED');
    return principal;
  }
}

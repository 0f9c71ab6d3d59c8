import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { DomainError, type Audience } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { isAllowed } from './ability';
import { ACCESS_METADATA, type Access } from './access.decorators';
import type { Principal, RequestWithPrincipal } from './principal';

const PREFIXES: readonly (readonly [string, Audience])[] = [
  ['/api/platform', 'platform'],
  ['/api/tenant', 'tenant'],
];

/** The audience a route belongs to by its prefix; undefined where it serves every host. */
export function audienceOfPath(path: string): Audience | undefined {
  return PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
}

/** The audience of the host the request came to: the HTTP entrance opens a scope for a tenant's host and none for the platform's. */
export function audienceOfHost(): Audience {
  return TenantScope.peek() ? 'tenant' : 'platform';
}

/** The one guard of every route: host, then token, then permission. Anything it does not know is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') implements CanActivate {
  constructor(private readonly reflector: Reflector) {
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
    await super.canActivate(context);
    const principal = request.principal;
    if (!principal) throw new DomainError('UNAUTHENTICATED');
    if (access.kind === 'permission' && !isAllowed(principal.actor.permissions, access.permission)) {
      throw new DomainError('FORBIDDEN', { permission: access.permission });
    }
    return true;
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

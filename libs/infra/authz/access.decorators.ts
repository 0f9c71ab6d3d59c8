import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { DomainError, type Actor, type Permission } from '@jala/contracts';
import type { Principal, RequestWithPrincipal } from './principal';

/** What a route declares about who may reach it. A route without one stops the boot. */
export type Access =
  { readonly kind: 'public' } | { readonly kind: 'authenticated' } | { readonly kind: 'permission'; readonly permission: Permission };

export const ACCESS_METADATA = 'jala:access';

type AccessDecorator = MethodDecorator & ClassDecorator;

/** Nest's own applyDecorators loses the type that lets one decorator stand on classes and methods alike. */
function declare(access: Access, ...documentation: AccessDecorator[]): AccessDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const setAccess: AccessDecorator = SetMetadata(ACCESS_METADATA, access);
    for (const decorate of [setAccess, ...documentation]) {
      if (key !== undefined && descriptor !== undefined) decorate(target, key, descriptor);
      else (decorate as ClassDecorator)(target as new () => object);
    }
  };
}

/** The route needs this permission. Written on a class it holds for every route that does not say otherwise. */
export function Can(permission: Permission): AccessDecorator {
  return declare(
    { kind: 'permission', permission },
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'No valid access token' }),
    ApiForbiddenResponse({ description: `Needs ${permission}` }),
  );
}

/** Anybody, with or without a token. */
export function Public(): AccessDecorator {
  return declare({ kind: 'public' });
}

/** Whoever is logged in on this host, whatever their role. For a person's own account. */
export function Authenticated(): AccessDecorator {
  return declare({ kind: 'authenticated' }, ApiBearerAuth(), ApiUnauthorizedResponse({ description: 'No valid access token' }));
}

/** The whole identity behind the request: account, session and actor. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
  if (!principal) throw new DomainError('UNAUTHENTICATED');
  return principal;
});

/** Who is acting: the first argument of every use case. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
  if (!principal) throw new DomainError('UNAUTHENTICATED');
  return principal.actor;
});

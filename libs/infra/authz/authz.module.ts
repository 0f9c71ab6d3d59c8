import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessGuard } from './access.guard';
import { BearerStrategy } from './bearer.strategy';
import { RouteDeclarations } from './boot-check';

/**
 * Needs a `PrincipalResolver` from a global module: the identity engine. Imported by programs that serve
 * HTTP only: the guard it registers holds for every route of the program.
 */
@Global()
@Module({
  imports: [DiscoveryModule, PassportModule],
  providers: [BearerStrategy, RouteDeclarations, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AuthzModule {}

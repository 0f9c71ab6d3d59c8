import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { routesOf } from './routes';

/** A forgotten decorator must never leave a door open: the program does not start. */
@Injectable()
export class RouteDeclarations implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const undeclared = this.discovery
      .getControllers()
      .flatMap((wrapper) => (wrapper.metatype ? routesOf(wrapper.metatype as Type<unknown>) : []))
      .filter((route) => route.access === undefined);
    if (undeclared.length === 0) return;
    const list = undeclared.map((route) => `  ${route.method} ${route.path} (${route.handler})`).join('\n');
    throw new Error(`these routes declare no access (@Can, @Authenticated or @Public):\n${list}`);
  }
}

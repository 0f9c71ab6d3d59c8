import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ACCESS_METADATA, type Access } from './access.decorators';

export interface DeclaredRoute {
  readonly method: string;
  /** Without the global prefix. */
  readonly path: string;
  readonly handler: string;
  readonly access: Access | undefined;
}

/** Nest keeps one path as text and several as a list. */
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [typeof value === 'string' ? value : '']);

const joined = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;

function methodNames(controller: Type<unknown>): string[] {
  const names = new Set<string>();
  for (let prototype: object | null = controller.prototype as object; prototype && prototype !== Object.prototype;) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (name !== 'constructor') names.add(name);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...names];
}

/** The routes of a controller and what each declares, read from the decorators alone. */
export function routesOf(controller: Type<unknown>): DeclaredRoute[] {
  const bases = texts(Reflect.getMetadata(PATH_METADATA, controller));
  const ofClass = Reflect.getMetadata(ACCESS_METADATA, controller) as Access | undefined;
  return methodNames(controller).flatMap((name) => {
    const descriptor = findDescriptor(controller.prototype as object, name);
    const handler: unknown = descriptor?.value;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(PATH_METADATA, handler)) return [];
    const access = (Reflect.getMetadata(ACCESS_METADATA, handler) as Access | undefined) ?? ofClass;
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? 'ALL';
    return bases.flatMap((base) =>
      texts(Reflect.getMetadata(PATH_METADATA, handler)).map((path) => ({
        method,
        path: joined(base, path),
        handler: `${controller.name}.${name}`,
        access,
      })),
    );
  });
}

function findDescriptor(prototype: object | null, name: string): PropertyDescriptor | undefined {
  for (let current = prototype; current; current = Object.getPrototypeOf(current) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(current, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}

export function describeAccess(access: Access | undefined): string {
  if (!access) return 'UNDECLARED';
  return access.kind === 'permission' ? access.permission : access.kind;
}

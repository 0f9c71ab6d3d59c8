import { DomainError } from '@jala/contracts';
import { AmbientValue } from '@jala/kernel';
import { LogContext } from '@jala/infra/logging';

/** What is known about the current tenant everywhere, without asking anybody. */
export interface TenantContext {
  readonly id: number;
  readonly slug: string;
  /** Name of its database. */
  readonly db: string;
  /** Name of the database host it is placed on, see `db_hosts`. */
  readonly host: string;
  /** IANA zone. */
  readonly timezone: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly locale: string;
}

export interface OpenScope {
  readonly tenant: TenantContext;
  /** Two scopes are on the same data only when the whole place is the same. */
  readonly key: string;
  ended: boolean;
}

const ambient = new AmbientValue<OpenScope>();

/** Ids are never given out twice, yet a tenant that moves to another host must not be served from its old place. */
export function scopeKeyOf({ host, db, id }: TenantContext): string {
  return `${host}/${db}/${id}`;
}

/** For the connection pool, which must know when the scope of a connection has ended. */
export function openScope(): OpenScope | undefined {
  return ambient.get();
}

/**
 * Which tenant the running code serves. There is no setter: a scope is opened around a function by exactly four callers,
 * the HTTP hook, the queue's job wrapper, the tenant iterator and the CLI.
 */
export class TenantScope {
  static run<T>(tenant: TenantContext, fn: () => Promise<T>): Promise<T> {
    const { id, slug, db, host, timezone, currency, locale } = tenant;
    const frozen = Object.freeze({ id, slug, db, host, timezone, currency, locale });
    const scope: OpenScope = { tenant: frozen, key: scopeKeyOf(frozen), ended: false };
    return ambient.run(scope, async () => {
      try {
        return await fn();
      } finally {
        scope.ended = true;
      }
    });
  }

  /** @throws DomainError NO_TENANT_SCOPE */
  static current(): TenantContext {
    const scope = ambient.get();
    if (!scope) throw new DomainError('NO_TENANT_SCOPE');
    return scope.tenant;
  }

  static peek(): TenantContext | undefined {
    return ambient.get()?.tenant;
  }
}

LogContext.addSource(() => {
  const tenant = TenantScope.peek();
  return tenant ? { tenant: tenant.slug } : {};
});

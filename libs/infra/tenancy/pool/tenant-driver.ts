import { DomainError } from '@jala/contracts';
import { openScope } from '../tenant-scope';
import type { TenantLease } from './tenant-lease';
import type { TenantPools } from './tenant-pools';

/** The oldest server we run on. TypeORM asks at its start, when there is no tenant whose server could be asked. */
const OLDEST_SERVER = '10.6.0-MariaDB';

/** The part of a connection that TypeORM uses. */
type Connection = Pick<TenantLease, 'promise' | 'release' | 'listeners'> & { on(event: string, listener: () => void): unknown };
type Callback = (error: unknown, connection?: Connection) => void;

/** Stands in for a connection while the DataSource starts: it knows the version and nothing else. */
const startConnection: Connection = {
  promise: () => ({
    query: async (sql) => {
      const text = typeof sql === 'string' ? sql : sql.sql;
      if (!/^SELECT version\(\)/i.test(text)) throw new DomainError('NO_TENANT_SCOPE');
      return [[{ version: OLDEST_SERVER }], []];
    },
  }),
  release: () => undefined,
  on: () => undefined,
  listeners: () => [],
};

/**
 * The public `driver` option of TypeORM. The scope is read at the moment somebody asks for a connection: read inside a pool's callback it
 * would be the scope of whoever gave a connection back.
 */
export function tenantDriver(pools: TenantPools): { createPool: () => object; started: () => void } {
  let starting = true;
  const pool = {
    getConnection(callback: Callback): void {
      const scope = openScope();
      if (scope) {
        pools.lease(scope).then(
          (lease) => callback(null, lease),
          (error: unknown) => callback(error),
        );
      } else if (starting) callback(null, startConnection);
      else callback(new DomainError('NO_TENANT_SCOPE'));
    },
    end(callback: (error?: Error) => void): void {
      callback();
    },
    on: () => undefined,
  };
  return {
    createPool: () => pool,
    /** Called once the DataSource runs: from then on no scope means no connection. */
    started: () => {
      starting = false;
    },
  };
}

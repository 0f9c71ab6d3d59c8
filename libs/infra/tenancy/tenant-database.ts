import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BaseEntity, DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { DomainError } from '@jala/contracts';
import { type AfterCommit, AmbientTransactions, driverOptions, type EntityClass, EntityReader } from '@jala/infra/central-db';
import { tenantDriver } from './pool/tenant-driver';
import { TenantPools } from './pool/tenant-pools';
import { openScope } from './tenant-scope';

/** The current tenant's database. One DataSource serves all tenants; its connections are chosen by the scope. */
@Injectable()
export class TenantDatabase implements OnApplicationShutdown {
  /** For pages and single rows that are only looked at; what is changed comes from `repository`. */
  readonly read: EntityReader;
  private readonly transactions: AmbientTransactions;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pools: TenantPools,
  ) {
    this.transactions = new AmbientTransactions(dataSource, scopeKey);
    this.read = new EntityReader(dataSource, (sql, params) => this.query(sql, params));
  }

  static async open(pools: TenantPools, entities: readonly EntityClass[]): Promise<TenantDatabase> {
    const driver = tenantDriver(pools);
    const dataSource = new DataSource({
      type: 'mariadb',
      // Never used to connect: the driver asks the scope. It keeps TypeORM from asking a server for its current database.
      database: 'tenant',
      driver,
      entities: [...entities],
      synchronize: false,
      logging: false,
      ...driverOptions,
    });
    await dataSource.initialize();
    driver.started();
    assertFitForTenants(dataSource);
    return new TenantDatabase(dataSource, pools);
  }

  /** Ask for it where it is used, not once in a constructor: inside a transaction it is that transaction's own. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.transactions.repository(entity);
  }

  /** Joins the open transaction. A deadlock or lock-wait timeout runs all of `fn` again in a new one, three times at most. */
  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.transactions.transaction(fn);
  }

  /**
   * Outside a transaction a statement goes straight to a connection: TypeORM's query runner around it costs twice as much as the
   * statement itself. Errors are the driver's own then; those of central-db/database-errors read both kinds.
   */
  async query<T>(sql: string, params?: unknown[]): Promise<T> {
    if (this.transactions.isOpen()) return this.transactions.query<T>(sql, params);
    const scope = openScope();
    if (!scope) throw new DomainError('NO_TENANT_SCOPE');
    const lease = this.pools.leaseAtOnce(scope) ?? (await this.pools.lease(scope));
    try {
      const [rows] = await lease.promise().query(sql, params);
      return rows as T;
    } finally {
      lease.release();
    }
  }

  /** Starts after the commit of the open transaction, at once when there is none. Not awaited; a failure is logged. */
  afterCommit(fn: AfterCommit): void {
    this.transactions.afterCommit(fn);
  }

  inTransaction(): boolean {
    return this.transactions.isOpen();
  }

  /** To be called when a tenant's database account has changed. Running work keeps its connection. */
  forgetCredentials(tenantId: number): void {
    this.pools.forgetCredentials(tenantId);
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.pools.end();
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

function scopeKey(): string {
  const scope = openScope();
  if (!scope) throw new DomainError('NO_TENANT_SCOPE');
  return scope.key;
}

/** A lazy relation or an Active Record queries later, in whatever scope happens to be open then. */
function assertFitForTenants(dataSource: DataSource): void {
  for (const entity of dataSource.entityMetadatas) {
    const lazy = entity.relations.find((relation) => relation.isLazy);
    if (lazy) throw new Error(`${entity.name}.${lazy.propertyName} is a lazy relation; tenant entities must not have any.`);
    if (typeof entity.target === 'function' && entity.target.prototype instanceof BaseEntity) {
      throw new Error(`${entity.name} is an Active Record; tenant entities must be plain classes.`);
    }
  }
}

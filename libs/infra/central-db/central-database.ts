import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AppConfig } from '@jala/infra/config';
import { type AfterCommit, AmbientTransactions } from './ambient-transactions';
import { limitWaiting } from './acquire-timeout';
import { driverOptions } from './driver-options';

export type EntityClass = abstract new (...args: never[]) => object;

/** The platform's own database. */
export class CentralDatabase implements OnApplicationShutdown {
  private readonly transactions: AmbientTransactions;

  constructor(private readonly dataSource: DataSource) {
    this.transactions = new AmbientTransactions(dataSource, () => 'central');
  }

  static async connect(config: AppConfig['centralDb'], entities: readonly EntityClass[]): Promise<CentralDatabase> {
    const dataSource = new DataSource({
      type: 'mariadb',
      host: config.host,
      port: config.port,
      socketPath: config.socket,
      username: config.user,
      password: config.password,
      database: config.name,
      entities: [...entities],
      synchronize: false,
      logging: false,
      ...driverOptions,
      extra: { connectionLimit: config.poolMax, idleTimeout: 60_000, maxIdle: 4, enableKeepAlive: true },
    });
    await dataSource.initialize();
    limitWaiting(dataSource.driver, config.acquireTimeoutMs);
    return new CentralDatabase(dataSource);
  }

  /** Ask for it where it is used, not once in a constructor: inside a transaction it is that transaction's own. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.transactions.repository(entity);
  }

  /** Joins the open transaction. A deadlock or lock-wait timeout runs all of `fn` again in a new one, three times at most. */
  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.transactions.transaction(fn);
  }

  query<T>(sql: string, params?: unknown[]): Promise<T> {
    return this.transactions.query<T>(sql, params);
  }

  /** Starts after the commit of the open transaction, at once when there is none. Not awaited; a failure is logged. */
  afterCommit(fn: AfterCommit): void {
    this.transactions.afterCommit(fn);
  }

  inTransaction(): boolean {
    return this.transactions.isOpen();
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

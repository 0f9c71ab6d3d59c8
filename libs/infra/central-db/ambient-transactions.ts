import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral, QueryRunner, Repository } from 'typeorm';
import { AmbientValue } from '@jala/kernel';
import { isConflictWithOthers, isDatabaseUnavailable } from './database-errors';

const MAX_ATTEMPTS = 3;

export type AfterCommit = () => void | Promise<void>;

interface OpenTransaction {
  /** Which database it is on. A transaction is joined only by work on the same one. */
  readonly database: string;
  readonly manager: EntityManager;
  readonly afterCommit: AfterCommit[];
  readonly outer: OpenTransaction | undefined;
  ended: boolean;
}

/**
 * Transactions that the code inside finds by itself: repositories ask for the manager at hand instead of having it passed
 * through every call. `database` says which database the calling code is on.
 */
export class AmbientTransactions {
  private readonly ambient = new AmbientValue<OpenTransaction>();
  private readonly logger = new Logger(AmbientTransactions.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly database: () => string,
  ) {}

  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return (this.current()?.manager ?? this.dataSource.manager).getRepository(entity);
  }

  async query<T>(sql: string, params?: unknown[]): Promise<T> {
    const open = this.current();
    return open ? open.manager.query<T>(sql, params) : this.dataSource.query<T>(sql, params);
  }

  /**
   * Runs `fn` in a transaction, or in the one that is open already. When others were in the way (deadlock, lock wait) all of
   * `fn` runs again in a new transaction, three times at most, so `fn` must have no effect outside the database.
   */
  async transaction<T>(fn: () => Promise<T>): Promise<T> {
    if (this.current()) return fn();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(fn);
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isConflictWithOthers(error)) throw error;
        // Those who met in a deadlock must not meet again at the same moment.
        await sleep(attempt * (5 + Math.random() * 20));
      }
    }
  }

  /**
   * `fn` starts after the commit, and never after a rollback; outside a transaction it starts at once. Nobody waits for it and
   * its failure is only logged: what was committed stays true.
   */
  afterCommit(fn: AfterCommit): void {
    const open = this.current();
    if (open) open.afterCommit.push(fn);
    else this.start(fn);
  }

  isOpen(): boolean {
    return this.current() !== undefined;
  }

  private current(): OpenTransaction | undefined {
    let open = this.ambient.get();
    if (!open) return undefined;
    const database = this.database();
    while (open && open.database !== database) open = open.outer;
    if (open?.ended) {
      throw new Error('The transaction this code was started in has ended. Await the work inside it, or start it from afterCommit.');
    }
    return open;
  }

  private async attempt<T>(fn: () => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      refuseAfterLostTransaction(runner);
      await runner.startTransaction();
      const open: OpenTransaction = {
        database: this.database(),
        manager: runner.manager,
        afterCommit: [],
        outer: this.ambient.get(),
        ended: false,
      };
      try {
        const result = await this.ambient.run(open, fn);
        open.ended = true;
        await runner.commitTransaction();
        // Outside the transaction's own context, which has ended.
        for (const hook of open.afterCommit) this.start(hook);
        return result;
      } catch (error) {
        open.ended = true;
        await this.rollBack(runner);
        throw error;
      }
    } finally {
      await runner.release();
    }
  }

  /** The reason for the rollback matters more than a failing rollback. Where the connection is gone the server rolls back by itself. */
  private async rollBack(runner: QueryRunner): Promise<void> {
    if (!runner.isTransactionActive) return;
    try {
      await runner.rollbackTransaction();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.warn('A rollback failed', error);
    }
  }

  private start(hook: AfterCommit): void {
    void (async () => hook())().catch((error: unknown) => this.logger.error('Work after a commit failed', error));
  }
}

/**
 * After a deadlock the server has already rolled back, and the next statement would commit on its own. Code that swallowed
 * the deadlock must not get that far: every further statement fails with it until the transaction is given up.
 */
function refuseAfterLostTransaction(runner: QueryRunner): void {
  const query = runner.query.bind(runner) as (sql: string, params?: unknown[], structured?: boolean) => Promise<unknown>;
  let lost: Error | undefined;
  runner.query = (async (sql: string, params?: unknown[], structured?: boolean) => {
    if (lost !== undefined && sql !== 'ROLLBACK') throw lost;
    try {
      return await query(sql, params, structured);
    } catch (error) {
      if (isConflictWithOthers(error)) lost = error as Error;
      throw error;
    }
  }) as QueryRunner['query'];
}

import type { FieldPacket, Query, QueryError, QueryOptions } from 'mysql2';
import { DomainError } from '@jala/contracts';
import { openScope, type OpenScope } from '../tenant-scope';
import type { PooledConnection } from './pooled-connection';

type Sql = string | QueryOptions;
type Listener = (...args: unknown[]) => void;

/**
 * What TypeORM gets instead of a connection, once for every time it asks. It ends with its release: a query runner that is used
 * afterwards reaches nothing, whoever has the connection by then. Every query is checked against the scope it is sent from.
 */
export class TenantLease {
  private connection: PooledConnection | undefined;
  private underWay = 0;
  private lastActive = Date.now();
  private readonly promised = { query: (sql: Sql, params?: unknown[]) => this.send(sql, params) };

  constructor(
    connection: PooledConnection,
    private readonly scope: OpenScope,
    private readonly giveBack: (lease: TenantLease, connection: PooledConnection, reusable: boolean) => void,
  ) {
    this.connection = connection;
  }

  get tenant(): string {
    return this.scope.tenant.slug;
  }

  /** TypeORM sends everything except streams through this side, as mysql2's promise interface has it. */
  promise(): { query: (sql: Sql, params?: unknown[]) => Promise<[unknown, FieldPacket[]]> } {
    return this.promised;
  }

  /** For streams. */
  query(sql: string, params?: unknown[]): Query {
    const connection = this.usable();
    connection.session.sent(sql);
    this.begin();
    const query = connection.raw.query(sql, params ?? []);
    query.once('end', () => this.finish());
    return query;
  }

  execute(): never {
    throw new Error('Prepared statements are not used on tenant connections: they would be lost with a change of user.');
  }

  release(): void {
    this.end(this.underWay === 0);
  }

  /** Takes the connection away from whoever forgot it. */
  revoke(): void {
    this.end(false);
  }

  /** Nobody is working with it any more, though nobody gave it back. */
  isForgotten(now: number, { leakGraceMs, quietLimitMs }: { leakGraceMs: number; quietLimitMs: number }): boolean {
    return this.connection !== undefined && this.underWay === 0 && now - this.lastActive > (this.scope.ended ? leakGraceMs : quietLimitMs);
  }

  listeners(event: string): Listener[] {
    return (this.connection?.raw.listeners(event) ?? []) as Listener[];
  }

  on(event: string, listener: Listener): this {
    this.connection?.raw.on(event, listener);
    return this;
  }

  /** One promise and no more: every statement passes here. */
  private send(sql: Sql, params?: unknown[]): Promise<[unknown, FieldPacket[]]> {
    return new Promise((resolve, reject) => {
      const connection = this.usable();
      const text = typeof sql === 'string' ? sql : sql.sql;
      connection.session.sent(text);
      this.begin();
      const done = (error: QueryError | null, rows: unknown, fields: FieldPacket[]): void => {
        this.finish();
        if (error) {
          reject(error);
          return;
        }
        connection.session.succeeded(text);
        resolve([rows, fields]);
      };
      if (typeof sql === 'string') connection.raw.query(sql, params ?? [], done);
      else connection.raw.query(sql, params ?? [], done);
    });
  }

  private usable(): PooledConnection {
    const current = openScope();
    if (!current) throw new DomainError('NO_TENANT_SCOPE');
    if (current.key !== this.scope.key) {
      throw new Error(`A connection of tenant ${this.scope.tenant.slug} was used in the scope of ${current.tenant.slug}.`);
    }
    if (!this.connection) throw new Error('The connection was given back already, or taken away because it was forgotten.');
    return this.connection;
  }

  private begin(): void {
    this.underWay++;
    this.lastActive = Date.now();
  }

  private finish(): void {
    this.underWay--;
    this.lastActive = Date.now();
  }

  private end(reusable: boolean): void {
    const { connection } = this;
    if (!connection) return;
    this.connection = undefined;
    this.giveBack(this, connection, reusable);
  }
}

import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';

export interface StoredAnswer {
  readonly requestHash: Buffer;
  /** Null while the first request has not answered yet. */
  readonly status: number | null;
  readonly bodyEncrypted: string | null;
}

/**
 * First answers to requests that carry an Idempotency-Key, kept in the database the request acts on:
 * the tenant's in a tenant's scope, otherwise the central one.
 */
@Injectable()
export class IdempotencyKeysRepository {
  constructor(
    private readonly central: CentralDatabase,
    private readonly tenant: TenantDatabase,
  ) {}

  /** Takes the key for this request. False when somebody took it before. */
  async claim(actorKey: string, key: string, requestHash: Buffer): Promise<boolean> {
    const result = await this.query<{ affectedRows: number }>(
      'INSERT IGNORE INTO idempotency_keys (actor_key, idempotency_key, request_hash) VALUES (?, ?, ?)',
      [actorKey, key, requestHash],
    );
    return result.affectedRows === 1;
  }

  async find(actorKey: string, key: string): Promise<StoredAnswer | undefined> {
    const [row] = await this.query<{ request_hash: Buffer; status: number | null; body_enc: string | null }[]>(
      'SELECT request_hash, status, body_enc FROM idempotency_keys WHERE actor_key = ? AND idempotency_key = ?',
      [actorKey, key],
    );
    return row && { requestHash: row.request_hash, status: row.status, bodyEncrypted: row.body_enc };
  }

  async complete(actorKey: string, key: string, status: number, bodyEncrypted: string | null): Promise<void> {
    await this.query('UPDATE idempotency_keys SET status = ?, body_enc = ? WHERE actor_key = ? AND idempotency_key = ?', [
      status,
      bodyEncrypted,
      actorKey,
      key,
    ]);
  }

  /** Gives the key back after a request that changed nothing, so that it can be repeated. */
  async release(actorKey: string, key: string): Promise<void> {
    await this.query('DELETE FROM idempotency_keys WHERE actor_key = ? AND idempotency_key = ? AND status IS NULL', [actorKey, key]);
  }

  async purge(before: Date): Promise<void> {
    await this.query('DELETE FROM idempotency_keys WHERE created_at < ?', [before]);
  }

  private query<T>(sql: string, params: unknown[]): Promise<T> {
    return TenantScope.peek() ? this.tenant.query<T>(sql, params) : this.central.query<T>(sql, params);
  }
}

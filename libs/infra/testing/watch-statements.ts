import { TenantLease } from '@jala/infra/tenancy';

type Statement = readonly [sql: string, params: unknown[]];
interface Sender {
  send(sql: string | { sql: string }, params?: unknown[]): Promise<unknown>;
}

/** Every statement sent to tenant databases from now on, whether TypeORM or a repository wrote it. */
export function watchStatements(): { sent(): Statement[]; stop(): void } {
  const spy = jest.spyOn(TenantLease.prototype as unknown as Sender, 'send');
  return {
    sent: () => spy.mock.calls.map(([sql, params]) => [typeof sql === 'string' ? sql : sql.sql, params ?? []]),
    stop: () => spy.mockRestore(),
  };
}

import type { OutboxRow } from './outbox.repository';

/**
 * All that Redis is told about a job: which row of which outbox describes it. The payload stays in the database, so a
 * job that Redis still holds after its row is done finds nothing to do, and no personal data lies in the queue.
 */
export interface JobRef {
  readonly outboxId: number;
  /** Null: the central outbox. */
  readonly tenantId: number | null;
}

/**
 * The same row always gets the same key, so that handing it over twice makes one job. The creation time keeps rows of
 * a restored or recreated database apart from finished jobs that Redis remembers under the same number.
 */
export function jobKey(tenantId: number | null, row: Pick<OutboxRow, 'id' | 'createdAt'>): string {
  return `${tenantId === null ? 'central' : `t${tenantId}`}-${row.id}-${row.createdAt.getTime().toString(36)}`;
}

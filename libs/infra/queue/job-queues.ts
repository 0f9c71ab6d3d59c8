import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { JOBS, type JobName, type QueueName, QUEUE_NAMES } from './catalogue';
import { type JobRef, jobKey } from './job-ref';
import type { OutboxRow } from './outbox.repository';
import { RedisConnections } from './redis-connections';

/** The row's name is in the catalogue; rows of a newer version of Jala are left for that version. */
export type HandableRow = OutboxRow & { readonly job: JobName };

/** The producing side of BullMQ. */
@Injectable()
export class JobQueues implements OnApplicationShutdown {
  private readonly queues = new Map<QueueName, Queue>();

  constructor(private readonly redis: RedisConnections) {}

  /** Adding a row whose job Redis already holds changes nothing. Throws while Redis is away. */
  async add(tenantId: number | null, rows: readonly HandableRow[]): Promise<void> {
    const byQueue = new Map<QueueName, HandableRow[]>();
    for (const row of rows) {
      const { queue } = JOBS[row.job];
      byQueue.set(queue, [...(byQueue.get(queue) ?? []), row]);
    }
    const now = Date.now();
    for (const [name, batch] of byQueue) {
      await this.queue(name).addBulk(
        batch.map((row) => ({
          name: row.job,
          data: { outboxId: row.id, tenantId } satisfies JobRef,
          opts: {
            jobId: jobKey(tenantId, row),
            attempts: JOBS[row.job].attempts,
            backoff: { type: 'catalogue' },
            delay: row.runAt ? Math.max(0, row.runAt.getTime() - now) : 0,
            removeOnComplete: { count: JOBS[row.job].retention.completed },
            // What failed for good is told by its outbox row; a remembered failure would keep the row from being handed over again.
            removeOnFail: true,
          },
        })),
      );
    }
  }

  async counts(): Promise<Record<QueueName, Record<string, number>>> {
    const entries = QUEUE_NAMES.map(
      async (name) => [name, await this.queue(name).getJobCounts('waiting', 'active', 'delayed', 'failed')] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as Record<QueueName, Record<string, number>>;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private queue(name: QueueName): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new Queue(name, {
      connection: this.redis.commands,
      prefix: this.redis.key('queue'),
      skipWaitingForReady: true,
      skipVersionCheck: true,
    });
    queue.on('error', () => undefined);
    this.queues.set(name, queue);
    return queue;
  }
}

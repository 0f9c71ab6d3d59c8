import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { isJobName } from './catalogue';
import { type HandableRow, JobQueues } from './job-queues';
import { type OutboxDatabase, OutboxRepository, type OutboxRow } from './outbox.repository';

/** Hands committed rows to the queue. Failing is harmless: the sweep hands them over again. */
@Injectable()
export class OutboxRelay implements BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly queues: JobQueues,
    private readonly clock: Clock,
  ) {}

  async hand(database: OutboxDatabase, tenantId: number | null, rows: readonly OutboxRow[]): Promise<number> {
    const handable = rows.filter((row): row is HandableRow => isJobName(row.job));
    if (handable.length === 0) return 0;
    await this.queues.add(tenantId, handable);
    // After the hand-over: a row whose hand-over failed must look untouched to the next sweep. A job that is already done has no row to mark.
    await new OutboxRepository(database).markHanded(
      handable.map((row) => row.id),
      this.clock.now(),
    );
    return handable.length;
  }

  /** For after a commit: whoever committed is not kept waiting and never sees a failure. */
  inBackground(hand: () => Promise<unknown>): void {
    const handing: Promise<void> = hand()
      .catch((error: unknown) => {
        this.logger.warn(`outbox rows wait for the sweep: ${error instanceof Error ? error.message : String(error)}`);
      })
      .then(() => void this.underWay.delete(handing));
    this.underWay.add(handing);
  }

  async idle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.idle();
  }
}

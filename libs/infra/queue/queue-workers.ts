import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { AppConfig } from '@jala/infra/config';
import { backoffMs, isJobName, JOBS, QUEUE_NAMES, type QueueName, QUEUES, type QueueSettings } from './catalogue';
import { UnrecoverableJobError } from './job-handler';
import type { JobRef } from './job-ref';
import { JobRunner } from './job-runner';
import { RedisConnections } from './redis-connections';

/** How often the jobs whose lock has run out are given to a live worker. */
const STALLED_LOOK_MS = 1_000;
/** Whether a job is to blame for lost workers is decided by JobRunner, which can say so in the outbox row. */
const MAX_STALLED = 1_000;

/** The consuming side of BullMQ: one of its workers for each queue, all with the same wrapper. */
@Injectable()
export class QueueWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(QueueWorkers.name);
  private workers: Worker[] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly runner: JobRunner,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.workers = QUEUE_NAMES.map((name) => this.open(name));
  }

  get running(): boolean {
    return this.workers.length > 0 && this.workers.every((worker) => worker.isRunning());
  }

  /** Takes no further jobs and waits for those at hand; what is not done in time is taken up by another worker. */
  async beforeApplicationShutdown(): Promise<void> {
    const workers = this.workers;
    this.workers = [];
    await Promise.all(workers.map((worker) => worker.close()));
  }

  private open(name: QueueName): Worker {
    const { concurrency, waits, lockMs }: QueueSettings = QUEUES[name];
    const worker = new Worker<JobRef>(name, (job) => this.run(job), {
      connection: this.redis.dedicated(),
      prefix: this.redis.key('queue'),
      concurrency: waits ? concurrency : Math.min(concurrency, this.config.worker.concurrency),
      lockDuration: lockMs,
      stalledInterval: STALLED_LOOK_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: 2,
      settings: {
        backoffStrategy: (attemptsMade, _type, _error, job) =>
          job && isJobName(job.name) ? backoffMs(JOBS[job.name], attemptsMade + 1) : 1_000,
      },
    });
    worker.on('error', (error) => this.logger.warn(`queue ${name}: ${error.message}`));
    return worker;
  }

  private async run(job: Job<JobRef>): Promise<void> {
    const number = job.attemptsMade + 1;
    try {
      await this.runner.run(job.data, { number, lostWorkers: Math.max(0, job.attemptsStarted - number) });
    } catch (error) {
      throw error instanceof UnrecoverableJobError ? new UnrecoverableError(error.message) : error;
    }
  }
}

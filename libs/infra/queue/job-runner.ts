import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { DomainError } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import { LogContext } from '@jala/infra/logging';
import { TenantDatabase, TenantDirectory, TenantScope } from '@jala/infra/tenancy';
import { isJobName, JOBS } from './catalogue';
import { HandlerRegistry } from './handler-registry';
import { UnrecoverableJobError } from './job-handler';
import { JobMetrics } from './job-metrics';
import { type JobRef, jobKey } from './job-ref';
import { OutboxRepository, type OutboxRow } from './outbox.repository';

/** Lost workers that one job may cost before it is held to be the reason. */
const MAX_LOST_WORKERS = 15;

export interface Attempt {
  /** Counts from 1. */
  readonly number: number;
  /** How often a worker vanished while it ran this job. */
  readonly lostWorkers: number;
}

/**
 * Runs what an outbox row describes: reads the row, opens the tenant's scope, calls the handler, acknowledges. Knows
 * nothing about where the reference came from.
 */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger(JobRunner.name);
  private readonly centralRows: OutboxRepository;
  private readonly tenantRows: OutboxRepository;

  constructor(
    central: CentralDatabase,
    tenant: TenantDatabase,
    private readonly tenants: TenantDirectory,
    private readonly handlers: HandlerRegistry,
    private readonly metrics: JobMetrics,
    private readonly clock: Clock,
  ) {
    this.centralRows = new OutboxRepository(central);
    this.tenantRows = new OutboxRepository(tenant);
  }

  /**
   * Throws what the handler threw while another attempt makes sense. A job that gave up throws UnrecoverableJobError,
   * with the reason in its outbox row.
   */
  async run(ref: JobRef, attempt: Attempt): Promise<void> {
    if (ref.tenantId === null) return this.runRow(ref, attempt, this.centralRows);
    const { tenantId } = ref;
    await this.inTenant(tenantId, () => this.runRow(ref, attempt, this.tenantRows));
  }

  private async runRow(ref: JobRef, attempt: Attempt, rows: OutboxRepository): Promise<void> {
    const row = await rows.find(ref.outboxId);
    // Done, or given up, by a run of this job that was taken for dead, or before Redis lost its memory.
    if (!row) return;
    const key = jobKey(ref.tenantId, row);
    await LogContext.run({ job: row.job, job_id: key }, async () => {
      try {
        if (attempt.lostWorkers > MAX_LOST_WORKERS) throw new UnrecoverableJobError('the worker died each time it ran this job');
        await this.handle(row, ref, attempt, key);
        await rows.acknowledge(row.id);
      } catch (error) {
        throw await this.recordFailure(row, rows, attempt, error);
      }
    });
  }

  private async handle(row: OutboxRow, ref: JobRef, attempt: Attempt, key: string): Promise<void> {
    if (!isJobName(row.job)) throw new UnrecoverableJobError(`this version of Jala knows no job ${row.job}`);
    const { job } = row;
    const context = { attempt: attempt.number, attempts: JOBS[job].attempts, jobKey: key };
    const call = (): Promise<void> => this.handlers.run(job, row.payload, context);
    const named = tenantIdIn(row.payload);
    const stop = this.metrics.start(job);
    try {
      if (ref.tenantId !== null || named === undefined) await call();
      else await this.inTenant(named, call);
      stop('done');
    } catch (error) {
      stop('failed');
      throw error;
    }
  }

  private async recordFailure(row: OutboxRow, rows: OutboxRepository, attempt: Attempt, error: unknown): Promise<unknown> {
    const reason = error instanceof Error ? error.message : String(error);
    const last = error instanceof UnrecoverableJobError || !isJobName(row.job) || attempt.number >= JOBS[row.job].attempts;
    await rows.recordFailure(row.id, reason, last ? this.clock.now() : null).catch((cause: unknown) => {
      // The row stays unacknowledged, so the sweep brings the job back.
      this.logger.warn('the failure of a job could not be recorded', cause);
    });
    if (last) this.logger.error(`job ${row.job} gave up`, error);
    else this.logger.warn(`job ${row.job} failed, attempt ${attempt.number}`, error);
    return last && !(error instanceof UnrecoverableJobError) ? new UnrecoverableJobError(reason, { cause: error }) : error;
  }

  /** A tenant that is gone has no side effects left to carry out: its jobs count as done. What is dropped is said. */
  private async inTenant(tenantId: number, fn: () => Promise<void>): Promise<void> {
    const tenant = await this.tenants.byId(tenantId).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'TENANT_NOT_FOUND') return undefined;
      throw error;
    });
    if (tenant) await TenantScope.run(tenant, fn);
    else this.logger.warn(`a job of tenant ${tenantId} is dropped: there is no such tenant any more`);
  }
}

function tenantIdIn(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('tenantId' in payload)) return undefined;
  return typeof payload.tenantId === 'number' ? payload.tenantId : undefined;
}

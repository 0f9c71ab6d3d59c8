import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AccessEnds } from './access-ends';
import { DirtyTenants } from './dirty-tenants';
import { GivenUpNotes } from './given-up-notes';
import { HandlerRegistry } from './handler-registry';
import { JobMetrics } from './job-metrics';
import { JobQueues } from './job-queues';
import { JobRunner } from './job-runner';
import { Outbox, TenantOutbox } from './outbox';
import { OutboxRelay } from './outbox-relay';
import { FullSweep, OutboxPurge, OutboxSweep, QuickSweep } from './outbox-sweep';
import { ProgressBus } from './progress-bus';
import { QueueWorkers } from './queue-workers';
import { RedisConnections } from './redis-connections';
import { RedisLease } from './redis-lease';
import { Schedules } from './schedules';

/**
 * For every program: asking for jobs and following progress. BullMQ is used directly: the decorators of @nestjs/bullmq
 * give a processor class per queue that switches on job names, and start consuming in whatever program loads them.
 */
@Global()
@Module({
  providers: [
    RedisConnections,
    RedisLease,
    JobQueues,
    OutboxRelay,
    DirtyTenants,
    GivenUpNotes,
    Outbox,
    TenantOutbox,
    ProgressBus,
    AccessEnds,
  ],
  exports: [
    RedisConnections,
    RedisLease,
    JobQueues,
    OutboxRelay,
    DirtyTenants,
    GivenUpNotes,
    Outbox,
    TenantOutbox,
    ProgressBus,
    AccessEnds,
  ],
})
export class QueueModule {}

/** For the worker alone: running jobs, schedules and the sweep. Every handler must be among the program's providers. */
@Module({
  imports: [DiscoveryModule],
  providers: [HandlerRegistry, JobMetrics, JobRunner, QueueWorkers, OutboxSweep, QuickSweep, FullSweep, OutboxPurge, Schedules],
  exports: [QueueWorkers, OutboxSweep, JobRunner],
})
export class QueueWorkerModule {}

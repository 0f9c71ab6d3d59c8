export {
  DISCONNECT_REASONS,
  type DisconnectReason,
  JOB_NAMES,
  JOBS,
  QUEUE_NAMES,
  QUEUES,
  REFRESH_REASONS,
  type JobName,
  type JobPayload,
  type JobPayloads,
  type QueueName,
  type RefreshReason,
} from './catalogue';
export { type GivenUpJob, GivenUpJobs, GivenUpJobsModule, type GivenUpList, type RetryReport } from './given-up-jobs';
export { GivenUpNotes } from './given-up-notes';
export { HandlesJob, JobHandler, UnrecoverableJobError, type JobContext } from './job-handler';
export { JobQueues } from './job-queues';
export { JobRunner } from './job-runner';
export { Outbox, TenantOutbox, type EnqueueOptions, type TenantJobName } from './outbox';
export { OutboxRelay } from './outbox-relay';
export { OutboxSweep } from './outbox-sweep';
export { type AccessEnd, AccessEnds } from './access-ends';
export { ProgressBus } from './progress-bus';
export { QueueModule, QueueWorkerModule } from './queue.module';
export { QueueWorkers } from './queue-workers';
export { RedisConnections } from './redis-connections';
export { RedisLease, type Lease } from './redis-lease';
export { Schedule, ScheduledTask, type ScheduleSettings } from './schedule';

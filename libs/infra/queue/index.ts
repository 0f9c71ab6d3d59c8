export { JOB_NAMES, JOBS, QUEUE_NAMES, QUEUES, type JobName, type JobPayload, type JobPayloads, type QueueName } from './catalogue';
export { HandlesJob, JobHandler, UnrecoverableJobError, type JobContext } from './job-handler';

import { SetMetadata } from '@nestjs/common';
import type { JobName, JobPayload } from './catalogue';

export interface JobContext {
  /** Counts from 1. */
  readonly attempt: number;
  readonly attempts: number;
  /** Stable over all attempts of one job: the key under which to remember that something was done. */
  readonly jobKey: string;
}

/**
 * Does one kind of job. It may be run twice, at the same time as itself (after Redis was lost), and long after it was
 * asked for, so it reads the state it acts on and does nothing that is already done. Jobs about a tenant run inside
 * that tenant's scope.
 */
export abstract class JobHandler<N extends JobName> {
  abstract handle(payload: JobPayload<N>, context: JobContext): Promise<void>;
}

/** Thrown by a handler when trying again cannot help; the job gives up at once. */
export class UnrecoverableJobError extends Error {}

export const HANDLED_JOB = Symbol('jala:handled-job');

type HandlerClass<N extends JobName> = abstract new (...dependencies: never[]) => JobHandler<N>;

/** Declares which job a provider handles. The payload type of the class must be the job's. */
export function HandlesJob<N extends JobName>(name: N): <C extends HandlerClass<N>>(target: C) => void {
  return (target) => SetMetadata(HANDLED_JOB, name)(target);
}

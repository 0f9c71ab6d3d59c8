import { SetMetadata } from '@nestjs/common';

export interface ScheduleSettings {
  readonly name: string;
  readonly everyMs: number;
  /** Whether it also runs as soon as a worker starts, not only after the first period. */
  readonly atStart?: boolean;
  /** False: every worker process runs it, for what is about the process or its machine. Default: one of them does. */
  readonly once?: boolean;
}

/** Something that happens at intervals, in the worker. What must not be lost or must happen exactly once is a job instead. */
export abstract class ScheduledTask {
  abstract run(): Promise<void>;
}

export const SCHEDULE = Symbol('jala:schedule');

export function Schedule(settings: ScheduleSettings): (target: abstract new (...dependencies: never[]) => ScheduledTask) => void {
  return (target) => SetMetadata(SCHEDULE, settings)(target);
}

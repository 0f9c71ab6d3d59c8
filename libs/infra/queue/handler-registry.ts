import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { JOB_NAMES, type JobName, type JobPayload } from './catalogue';
import { HANDLED_JOB, type JobContext, JobHandler } from './job-handler';

/** Which provider handles which job. The program does not start with a job that has no handler, or two. */
@Injectable()
export class HandlerRegistry implements OnModuleInit {
  private readonly handlers = new Map<JobName, JobHandler<JobName>>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const problems: string[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      const { metatype } = wrapper;
      const instance: unknown = wrapper.instance;
      if (!metatype || !isHandler(instance)) continue;
      const job = Reflect.getMetadata(HANDLED_JOB, metatype) as JobName | undefined;
      const other = job && this.handlers.get(job);
      if (!job) problems.push(`${metatype.name} does not say which job it handles`);
      else if (other && other !== instance) problems.push(`${job} has two handlers, ${other.constructor.name} and ${metatype.name}`);
      else this.handlers.set(job, instance);
    }
    for (const job of JOB_NAMES) if (!this.handlers.has(job)) problems.push(`${job} has no handler`);
    if (problems.length > 0) throw new Error(`job handlers: ${problems.join('; ')}`);
  }

  /** The payload was checked by the compiler when its row was written; `HandlesJob` ties handler and job together. */
  async run<N extends JobName>(job: N, payload: unknown, context: JobContext): Promise<void> {
    const handler = this.handlers.get(job);
    if (!handler) throw new Error(`${job} has no handler`);
    await handler.handle(payload as JobPayload<N>, context);
  }
}

const isHandler = (instance: unknown): instance is JobHandler<JobName> => instance instanceof JobHandler;

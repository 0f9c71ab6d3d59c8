import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LogContext } from '@jala/infra/logging';
import { RedisLease } from './redis-lease';
import { SCHEDULE, type ScheduledTask, type ScheduleSettings } from './schedule';

/** How long a worker that dies while it runs a task keeps the others from it. */
const RUNNING_LEASE_MS = 10_000;

/**
 * Runs the scheduled tasks of this worker. Timers of the process and a lease, not entries in Redis: there is nothing
 * to install and nothing that a lost Redis could take away.
 */
@Injectable()
export class Schedules implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Schedules.name);
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Map<string, Promise<void>>();
  private stopping = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly lease: RedisLease,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance, metatype } of this.discovery.getProviders()) {
      const settings = metatype ? (Reflect.getMetadata(SCHEDULE, metatype) as ScheduleSettings | undefined) : undefined;
      if (!settings || !instance) continue;
      const task = instance as ScheduledTask;
      // Asking a little more often than the period keeps the rhythm when the worker that ran it last has died.
      const tick = settings.once === false ? settings.everyMs : Math.min(settings.everyMs, Math.max(500, settings.everyMs / 4));
      this.timers.push(setInterval(() => this.tick(task, settings), tick));
      if (settings.atStart) this.tick(task, settings);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.all(this.running.values());
  }

  private tick(task: ScheduledTask, settings: ScheduleSettings): void {
    if (this.stopping || this.running.has(settings.name)) return;
    const run = LogContext.run({ job: settings.name }, () => this.runOnce(task, settings))
      .catch((error: unknown) => this.logger.error(`schedule ${settings.name} failed`, error))
      .finally(() => this.running.delete(settings.name));
    this.running.set(settings.name, run);
  }

  private async runOnce(task: ScheduledTask, settings: ScheduleSettings): Promise<void> {
    if (settings.once === false) return task.run();
    // Redis is away: nobody can be elected, the next tick asks again.
    const lease = await this.lease.take(`schedule:${settings.name}`, RUNNING_LEASE_MS).catch(() => undefined);
    if (!lease) return;
    const began = Date.now();
    const renewal = setInterval(() => void lease.extend(RUNNING_LEASE_MS).catch(() => undefined), RUNNING_LEASE_MS / 3);
    try {
      await task.run();
    } finally {
      clearInterval(renewal);
      await lease.extend(Math.max(1, settings.everyMs - (Date.now() - began))).catch(() => undefined);
    }
  }
}

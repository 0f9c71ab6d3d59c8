import { Injectable } from '@nestjs/common';
import { RedisConnections } from './redis-connections';

/**
 * How many jobs of each tenant were given up, as the worker that looks into every outbox saw it last. For the monitoring page,
 * which must answer at once, also while databases hang.
 */
@Injectable()
export class GivenUpNotes {
  constructor(private readonly redis: RedisConnections) {}

  /** By slug; those without any are left out. */
  async write(counts: ReadonlyMap<string, number>): Promise<void> {
    const transaction = this.redis.commands.multi().del(this.key);
    if (counts.size > 0) transaction.hset(this.key, Object.fromEntries(counts));
    await transaction.exec();
  }

  async read(): Promise<{ tenant: string; jobs: number }[]> {
    const found = await this.redis.commands.hgetall(this.key);
    return Object.entries(found)
      .map(([tenant, jobs]) => ({ tenant, jobs: Number(jobs) }))
      .sort((a, b) => b.jobs - a.jobs || a.tenant.localeCompare(b.tenant));
  }

  private get key(): string {
    return this.redis.key('outbox', 'given-up');
  }
}

import { Injectable } from '@nestjs/common';
import { RedisConnections } from '@jala/infra/queue';
import type { MonitoringSnapshot } from './snapshot';

/** The last look, for every program: one worker looks, all of them answer. In Redis, because it is worth nothing after a minute. */
@Injectable()
export class SnapshotStore {
  constructor(private readonly redis: RedisConnections) {}

  async put(snapshot: MonitoringSnapshot): Promise<void> {
    await this.redis.commands.set(this.key, JSON.stringify(snapshot));
  }

  /** Undefined when nobody has looked yet, or Redis is away. */
  async last(): Promise<MonitoringSnapshot | undefined> {
    const text = await this.redis.commands.get(this.key).catch(() => null);
    return text === null ? undefined : (JSON.parse(text) as MonitoringSnapshot);
  }

  private get key(): string {
    return this.redis.key('monitoring', 'snapshot');
  }
}

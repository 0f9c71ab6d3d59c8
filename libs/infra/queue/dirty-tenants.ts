import { Injectable } from '@nestjs/common';
import { RedisConnections } from './redis-connections';

/** Takes the note away only if nobody noted the tenant again since it was read. */
const CLEAR_IF_UNCHANGED = `if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('ZREM', KEYS[1], ARGV[1]) end return 0`;

const RETRY_MS = 1_000;

/**
 * Which tenants may have unacknowledged outbox rows, so that the sweep need not look into every database every few
 * seconds. Only a hint: it is lost with Redis, which the sweep notices and then looks everywhere.
 */
@Injectable()
export class DirtyTenants {
  /** Notes that Redis was away for. It may come back with everything it had, and would then never miss them. */
  private readonly unsaid = new Set<number>();
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly redis: RedisConnections) {}

  note(tenantId: number): void {
    this.redis.commands.zadd(this.key, Date.now(), String(tenantId)).catch(() => this.noteLater(tenantId));
  }

  private noteLater(tenantId: number): void {
    this.unsaid.add(tenantId);
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      const late = [...this.unsaid];
      this.unsaid.clear();
      for (const tenant of late) this.note(tenant);
    }, RETRY_MS).unref();
  }

  async notedBefore(instant: Date): Promise<{ tenantId: number; notedAt: string }[]> {
    const found = await this.redis.commands.zrangebyscore(this.key, 0, instant.getTime(), 'WITHSCORES');
    return Array.from({ length: found.length / 2 }, (_, i) => ({ tenantId: Number(found[2 * i]), notedAt: found[2 * i + 1]! }));
  }

  async clear(tenantId: number, notedAt: string): Promise<void> {
    await this.redis.commands.eval(CLEAR_IF_UNCHANGED, 1, this.key, String(tenantId), notedAt);
  }

  /** Remembers in Redis that it has been seen; false when Redis has forgotten, because it is new or lost its data. */
  async redisRemembers(): Promise<boolean> {
    return (await this.redis.commands.exists(this.redis.key('outbox', 'seen'))) === 1;
  }

  async askRedisToRemember(): Promise<void> {
    await this.redis.commands.set(this.redis.key('outbox', 'seen'), new Date().toISOString());
  }

  private get key(): string {
    return this.redis.key('outbox', 'dirty-tenants');
  }
}

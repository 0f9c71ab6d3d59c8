import { Injectable, Logger } from '@nestjs/common';
import { RedisConnections } from '@jala/infra/queue';

export interface Count {
  readonly count: number;
  /** Until the counter starts anew. */
  readonly remainingMs: number;
}

/** Counters that forget. Every step is atomic: two processes never both get the last try. */
export interface Counters {
  increment(key: string, windowMs: number): Promise<Count>;
  decrement(key: string): Promise<void>;
  clear(key: string): Promise<void>;
  /** Marks the key for so long. */
  hold(key: string, ms: number): Promise<void>;
  /** 0 when it is not marked. */
  heldForMs(key: string): Promise<number>;
}

const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`;

/** Gives a try back without bringing an expired counter to life. */
const DECREMENT = `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end`;

class RedisCounters implements Counters {
  constructor(private readonly redis: RedisConnections) {}

  async increment(key: string, windowMs: number): Promise<Count> {
    const [count, remainingMs] = (await this.redis.commands.eval(INCREMENT, 1, key, windowMs)) as [number, number];
    return { count, remainingMs };
  }

  async decrement(key: string): Promise<void> {
    await this.redis.commands.eval(DECREMENT, 1, key);
  }

  async clear(key: string): Promise<void> {
    await this.redis.commands.del(key);
  }

  async hold(key: string, ms: number): Promise<void> {
    await this.redis.commands.set(key, '1', 'PX', ms);
  }

  async heldForMs(key: string): Promise<number> {
    return Math.max(0, await this.redis.commands.pttl(key));
  }
}

/** The same for one process. Bounded: an attacker who invents addresses must not fill the memory. */
export class LocalCounters implements Counters {
  private readonly entries = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly maxEntries = 50_000,
  ) {}

  async increment(key: string, windowMs: number): Promise<Count> {
    const entry = this.live(key) ?? this.put(key, 0, windowMs);
    entry.count++;
    return { count: entry.count, remainingMs: entry.until - this.now() };
  }

  async decrement(key: string): Promise<void> {
    const entry = this.live(key);
    if (entry && entry.count > 0) entry.count--;
  }

  async clear(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async hold(key: string, ms: number): Promise<void> {
    this.put(key, 1, ms);
  }

  async heldForMs(key: string): Promise<number> {
    const entry = this.live(key);
    return entry ? entry.until - this.now() : 0;
  }

  private live(key: string): { count: number; until: number } | undefined {
    const entry = this.entries.get(key);
    return entry && entry.until > this.now() ? entry : undefined;
  }

  private put(key: string, count: number, ms: number): { count: number; until: number } {
    this.entries.delete(key);
    // The oldest goes first: a Map keeps the order of insertion.
    if (this.entries.size >= this.maxEntries) this.entries.delete(this.entries.keys().next().value ?? key);
    const entry = { count, until: this.now() + ms };
    this.entries.set(key, entry);
    return entry;
  }
}

const REDIS_PATIENCE_MS = 1_000;
const COMPLAINT_EVERY_MS = 60_000;

/**
 * Counts in Redis, for all processes together; while Redis is away, in this process. So a lost Redis neither locks
 * everybody out nor opens the door to unlimited guessing.
 */
@Injectable()
export class SharedCounters implements Counters {
  private readonly shared: Counters;
  private readonly local: Counters = new LocalCounters();
  private readonly logger = new Logger('throttle');
  private complainedAt = 0;

  constructor(private readonly redis: RedisConnections) {
    this.shared = new RedisCounters(redis);
  }

  increment(key: string, windowMs: number): Promise<Count> {
    return this.try((counters) => counters.increment(this.named(key), windowMs));
  }

  decrement(key: string): Promise<void> {
    return this.try((counters) => counters.decrement(this.named(key)));
  }

  clear(key: string): Promise<void> {
    return this.try((counters) => counters.clear(this.named(key)));
  }

  hold(key: string, ms: number): Promise<void> {
    return this.try((counters) => counters.hold(this.named(key), ms));
  }

  heldForMs(key: string): Promise<number> {
    return this.try((counters) => counters.heldForMs(this.named(key)));
  }

  private named(key: string): string {
    return this.redis.key('throttle', key);
  }

  private async try<T>(use: (counters: Counters) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), REDIS_PATIENCE_MS);
    });
    try {
      return await Promise.race([use(this.shared), late]);
    } catch (error) {
      if (Date.now() - this.complainedAt > COMPLAINT_EVERY_MS) {
        this.complainedAt = Date.now();
        this.logger.warn(`Redis cannot be reached (${String((error as Error).message)}); this process counts for itself`);
      }
      return await use(this.local);
    } finally {
      clearTimeout(timer);
    }
  }
}

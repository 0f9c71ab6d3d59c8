import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { AppConfig } from '@jala/infra/config';

const reconnect = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000);

/**
 * The connections to Redis of this process. The one for commands fails at once while Redis is away: whatever it would
 * have told Redis stands in an outbox. Those that wait for messages never give up.
 */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  readonly prefix: string;
  private readonly opened = new Set<Redis>();
  private shared?: Redis;

  constructor(private readonly config: AppConfig) {
    this.prefix = config.redis.prefix;
  }

  get commands(): Redis {
    this.shared ??= this.open({ maxRetriesPerRequest: 0, commandTimeout: 5_000 });
    return this.shared;
  }

  /** For blocking reads and subscriptions, which own their connection. */
  dedicated(): Redis {
    return this.open({ maxRetriesPerRequest: null });
  }

  key(...parts: string[]): string {
    return [this.prefix, ...parts].join(':');
  }

  async onApplicationShutdown(): Promise<void> {
    for (const connection of this.opened) connection.disconnect();
    this.opened.clear();
  }

  private open(options: RedisOptions): Redis {
    const connection = new Redis(this.config.redis.url, { retryStrategy: reconnect, ...options });
    // Reconnecting is ioredis' business; without a listener each refused attempt would be printed as unhandled.
    connection.on('error', () => undefined);
    this.opened.add(connection);
    return connection;
  }
}

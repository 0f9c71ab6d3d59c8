import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { AppConfig } from '@jala/infra/config';

/** How long a program that starts waits for Redis, so that its first commands need not fail. Then it goes on without. */
const FIRST_CONNECTION_MS = 1_000;

const reconnect = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000);

/**
 * The connections to Redis of this process. The one for commands fails at once while Redis is away: whatever it would
 * have told Redis stands in an outbox. Those that wait for messages never give up.
 */
@Injectable()
export class RedisConnections implements OnModuleInit, OnApplicationShutdown {
  readonly prefix: string;
  private readonly opened = new Set<Redis>();
  private shared?: Redis;

  constructor(private readonly config: AppConfig) {
    this.prefix = config.redis.prefix;
  }

  async onModuleInit(): Promise<void> {
    const patience = new AbortController();
    const { signal } = patience;
    await Promise.race([once(this.commands, 'ready', { signal }), sleep(FIRST_CONNECTION_MS, undefined, { signal })]).catch(
      () => undefined,
    );
    patience.abort();
  }

  get commands(): Redis {
    this.shared ??= this.open({ enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 5_000 });
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

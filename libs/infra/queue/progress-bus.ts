import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections } from './redis-connections';

type Listener = (event: unknown) => void;

/**
 * Tells every process what is happening right now. Nothing is stored: who was not listening, or whose Redis was away,
 * reads the state from the database. A listener that throws is a mistake of the listener alone.
 */
@Injectable()
export class ProgressBus implements OnApplicationShutdown {
  private readonly listeners = new Map<string, Set<Listener>>();
  private subscriber?: Redis;

  constructor(private readonly redis: RedisConnections) {}

  async publish(channel: string, event: unknown): Promise<void> {
    await this.redis.commands.publish(this.name(channel), JSON.stringify(event)).catch(() => undefined);
  }

  /** Resolves when listening; events published from then on arrive. The answer stops listening. */
  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    const name = this.name(channel);
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    if (listeners.size === 1) await this.connection().subscribe(name);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.listeners.get(name) !== listeners) return;
      this.listeners.delete(name);
      this.connection()
        .unsubscribe(name)
        .catch(() => undefined);
    };
  }

  onApplicationShutdown(): void {
    this.listeners.clear();
  }

  private connection(): Redis {
    if (!this.subscriber) {
      this.subscriber = this.redis.dedicated();
      this.subscriber.on('message', (name: string, message: string) => {
        const event: unknown = JSON.parse(message);
        for (const listener of this.listeners.get(name) ?? []) listener(event);
      });
    }
    return this.subscriber;
  }

  private name(channel: string): string {
    return this.redis.key('progress', channel);
  }
}

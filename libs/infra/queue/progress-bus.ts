import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections } from './redis-connections';

type Listener = (event: unknown) => void;

interface Channel {
  readonly listeners: Set<Listener>;
  /** When Redis has been told that we listen. */
  readonly ready: Promise<unknown>;
}

/**
 * Tells every process what is happening right now. Nothing is stored: who was not listening, or whose Redis was away,
 * reads the state from the database. A listener that throws is a mistake of the listener alone.
 */
@Injectable()
export class ProgressBus implements OnApplicationShutdown {
  private readonly logger = new Logger(ProgressBus.name);
  private readonly channels = new Map<string, Channel>();
  private subscriber?: Redis;

  constructor(private readonly redis: RedisConnections) {}

  async publish(channel: string, event: unknown): Promise<void> {
    await this.redis.commands.publish(this.name(channel), JSON.stringify(event)).catch(() => undefined);
  }

  /** Resolves when listening; events published from then on arrive. The answer stops listening. */
  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    const name = this.name(channel);
    const open = this.channels.get(name) ?? { listeners: new Set(), ready: this.connection().subscribe(name) };
    this.channels.set(name, open);
    open.listeners.add(listener);
    const stop = (): void => {
      open.listeners.delete(listener);
      if (open.listeners.size > 0 || this.channels.get(name) !== open) return;
      this.channels.delete(name);
      this.connection()
        .unsubscribe(name)
        .catch(() => undefined);
    };
    try {
      await open.ready;
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  onApplicationShutdown(): void {
    this.channels.clear();
  }

  private connection(): Redis {
    if (!this.subscriber) {
      this.subscriber = this.redis.dedicated();
      this.subscriber.on('message', (name: string, message: string) => this.tell(name, message));
    }
    return this.subscriber;
  }

  /** Nothing thrown here may reach the connection: it would end the process. */
  private tell(name: string, message: string): void {
    let event: unknown;
    try {
      event = JSON.parse(message);
    } catch {
      this.logger.warn(`what was published on ${name} is no JSON`);
      return;
    }
    for (const listener of this.channels.get(name)?.listeners ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.logger.error(`a listener on ${name} failed`, error);
      }
    }
  }

  private name(channel: string): string {
    return this.redis.key('progress', channel);
  }
}

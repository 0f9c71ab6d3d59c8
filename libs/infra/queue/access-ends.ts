import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ProgressBus } from './progress-bus';

/** Whose access may have changed: of one account, or of everybody on that side. */
export interface AccessEnd {
  /** Null: the platform's own side. */
  readonly tenantId: number | null;
  readonly accountId?: number;
}

const CHANNEL = 'access-ends';

/**
 * Logged out, locked, given another role, tenant suspended: whoever goes on without asking again (a cached permission, an open
 * stream) hears of it in every process. To be announced after the commit. Lost while Redis is away: everything that goes on
 * without asking has an end of its own.
 */
@Injectable()
export class AccessEnds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly origin = randomUUID();
  private readonly listeners = new Set<(end: AccessEnd) => void>();
  private stopListening?: () => void;

  constructor(private readonly bus: ProgressBus) {}

  onApplicationBootstrap(): void {
    // Not awaited: while Redis is away the program starts all the same and listens as soon as it can.
    this.bus
      .subscribe(CHANNEL, (event) => {
        const { origin, ...end } = event as AccessEnd & { origin: string };
        if (origin !== this.origin) this.tell(end);
      })
      .then(
        (stop) => (this.stopListening = stop),
        () => undefined,
      );
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** In this process at once. */
  announce(end: AccessEnd): void {
    this.tell(end);
    void this.bus.publish(CHANNEL, { ...end, origin: this.origin });
  }

  /** The answer stops listening. */
  onEnd(listener: (end: AccessEnd) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(end: AccessEnd): void {
    for (const listener of [...this.listeners]) listener(end);
  }
}

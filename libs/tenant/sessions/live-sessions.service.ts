import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { Observable } from 'rxjs';
import { type OnlineCount, SessionsService } from './sessions.service';

/** Accounting arrives in seconds, so looking more often would show nothing more. */
const TICK_MS = 3_000;
/** Something must pass now and then, or proxies on the way take the stream for dead. */
const HEARTBEAT_MS = 15_000;
/** A stream outlives neither its token nor a withdrawn permission for long: the page opens it anew and is asked again. */
const STREAM_MS = 10 * 60_000;

interface Look {
  readonly at: number;
  readonly count: Promise<OnlineCount>;
}

/** How many sessions there are, as it changes. Any number of open pages costs a tenant one statement per tick. */
@Injectable()
export class LiveSessionsService {
  private readonly looks = new Map<number, Look>();

  constructor(private readonly sessions: SessionsService) {}

  watch(_actor: Actor): Observable<OnlineCount> {
    return new Observable<OnlineCount>((subscriber) => {
      const opened = Date.now();
      let timer: NodeJS.Timeout | undefined;
      let last: { online: number; at: number } | undefined;
      const tick = async (): Promise<void> => {
        const count = await this.look();
        const now = Date.now();
        if (count.online !== last?.online || now - last.at >= HEARTBEAT_MS) {
          last = { online: count.online, at: now };
          subscriber.next(count);
        }
        if (now - opened >= STREAM_MS) subscriber.complete();
        // Not an interval: a slow database must not pile up questions.
        if (!subscriber.closed) timer = setTimeout(next, TICK_MS);
      };
      const next = (): void => {
        tick().catch((error: unknown) => subscriber.error(error));
      };
      next();
      return () => clearTimeout(timer);
    });
  }

  private look(): Promise<OnlineCount> {
    const { id } = TenantScope.current();
    const now = Date.now();
    const known = this.looks.get(id);
    if (known && now - known.at < TICK_MS - 500) return known.count;
    const count = this.sessions.countOnline();
    this.looks.set(id, { at: now, count });
    const forget = (): void => {
      if (this.looks.get(id)?.count === count) this.looks.delete(id);
    };
    // A failure is not an answer to keep; neither is the last number of a tenant nobody watches any more.
    count.then(() => setTimeout(forget, TICK_MS).unref(), forget);
    return count;
  }
}

import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { RoutersService } from '@jala/tenant/routers';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { Observable } from 'rxjs';
import { type LiveRow, UsageRepository } from './usage.repository';
import { named } from './usage.service';
import type { LiveGroup, LiveTraffic } from './usage.types';

/** Reports come every few minutes from each session; with many of them there is something new all the time. */
const TICK_MS = 5_000;
/** Something must pass now and then, or proxies on the way take the stream for dead. */
const HEARTBEAT_MS = 15_000;
/** A stream outlives neither its token nor a withdrawn permission for long: the page opens it anew and is asked again. */
const STREAM_MS = 10 * 60_000;

/** Who is online and how fast, by router and by plan. Any number of open pages costs a tenant one look per tick. */
@Injectable()
export class LiveTrafficService {
  private readonly looks = new Map<number, { readonly at: number; readonly traffic: Promise<LiveTraffic> }>();

  constructor(
    private readonly usage: UsageRepository,
    private readonly routers: RoutersService,
    private readonly plans: ServicePlansService,
    private readonly clock: Clock,
  ) {}

  now(_actor: Actor): Promise<LiveTraffic> {
    const { id } = TenantScope.current();
    const known = this.looks.get(id);
    if (known && Date.now() - known.at < TICK_MS - 500) return known.traffic;
    const traffic = this.read();
    this.looks.set(id, { at: Date.now(), traffic });
    const forget = (): void => {
      if (this.looks.get(id)?.traffic === traffic) this.looks.delete(id);
    };
    // A failure is not an answer to keep; neither is the last of a tenant nobody watches any more.
    traffic.then(() => setTimeout(forget, TICK_MS).unref(), forget);
    return traffic;
  }

  /** At once, whenever something changed, and now and then in any case. */
  watch(actor: Actor): Observable<LiveTraffic> {
    return new Observable<LiveTraffic>((subscriber) => {
      const opened = Date.now();
      let timer: NodeJS.Timeout | undefined;
      let last: { text: string; at: number } | undefined;
      const tick = async (): Promise<void> => {
        const { at, ...traffic } = await this.now(actor);
        const text = JSON.stringify(traffic);
        const now = Date.now();
        if (text !== last?.text || now - last.at >= HEARTBEAT_MS) {
          last = { text, at: now };
          subscriber.next({ at, ...traffic });
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

  private async read(): Promise<LiveTraffic> {
    const at = this.clock.now();
    const rows = await this.usage.live(at);
    const routers = await this.routers.namesOf(rows.map(({ routerId }) => routerId));
    const plans = await this.plans.namesOf(rows.flatMap(({ planId }) => planId ?? []));
    return {
      at,
      ...sumOf(rows),
      routers: groups(rows, ({ routerId }) => routerId).map(([id, of]) => ({ ...sumOf(of), router: named(id, routers) })),
      plans: groups(rows, ({ planId }) => planId).map(([id, of]) => ({ ...sumOf(of), plan: named(id, plans) })),
    };
  }
}

/** The one with most people first. */
function groups<K>(rows: readonly LiveRow[], keyOf: (row: LiveRow) => K): [K, LiveRow[]][] {
  const found = new Map<K, LiveRow[]>();
  for (const row of rows) found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row]);
  return [...found].sort(([, a], [, b]) => sumOf(b).online - sumOf(a).online);
}

function sumOf(rows: readonly LiveGroup[]): LiveGroup {
  const sum = (of: keyof LiveGroup): number => rows.reduce((total, row) => total + row[of], 0);
  return { online: sum('online'), inputBps: sum('inputBps'), outputBps: sum('outputBps') };
}

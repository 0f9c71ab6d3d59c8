import { Injectable } from '@nestjs/common';
import { type IterationReport, TenantIterator } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { RouterCounters, type RouterCounts, RouterSignatures } from '@jala/radius';
import { RouterWatchRepository, type WatchedRouter } from './router-watch.repository';

const NOTHING: RouterCounts = { wrongSecret: 0, malformed: 0 };

/** What registered routers do wrong, seen without touching their logins. */
@Injectable()
export class RouterWatchService {
  private readonly since: Date;
  /** By address, as of the last look. */
  private counts = new Map<string, RouterCounts>();

  constructor(
    private readonly routers: RouterWatchRepository,
    private readonly counters: RouterCounters,
    private readonly signatures: RouterSignatures,
    private readonly iterator: TenantIterator,
    private readonly clock: Clock,
  ) {
    this.since = clock.now();
  }

  /** Notes which routers sent packets with another secret, or unsigned ones although they must sign, since the last look. */
  async lookAtCounters(): Promise<void> {
    const routers = await this.routers.published();
    const counts = await this.counters.read(routers.map(({ address }) => address));
    const now = this.clock.now();
    const seen = { wrongSecret: [] as number[], unsignedRefused: [] as number[] };
    const present = new Map<string, RouterCounts>();
    for (const [index, router] of routers.entries()) {
      const { wrongSecret, malformed } = counts[index]!;
      const before = this.counts.get(router.address) ?? this.unseen(router, counts[index]!);
      present.set(router.address, { wrongSecret, malformed });
      if (hasGrown(before.wrongSecret, wrongSecret)) seen.wrongSecret.push(router.id);
      if (router.requireMessageAuthenticator && hasGrown(before.malformed, malformed)) seen.unsignedRefused.push(router.id);
    }
    this.counts = present;
    await this.routers.markSeen(seen.wrongSecret, 'wrongSecret', now);
    await this.routers.markSeen(seen.unsignedRefused, 'unsignedRefused', now);
  }

  /** Judges every router by its latest logins, for the platform's report. */
  judgeSignatures(): Promise<IterationReport> {
    return this.iterator.run('router signatures', async ({ id: tenantId }) => {
      const routers = await this.routers.judged(tenantId);
      const found = await this.signatures.of(routers.map(({ routerId }) => routerId));
      for (const { id, routerId, signature } of routers) {
        const now = found.get(routerId)?.signature ?? null;
        if (now !== signature) await this.routers.judge(id, now);
      }
    });
  }

  /** What was counted before this worker began is not news. */
  private unseen(router: WatchedRouter, counts: RouterCounts): RouterCounts {
    return router.publishedAt >= this.since ? NOTHING : counts;
  }
}

/** A counter that is smaller than before began anew: FreeRADIUS was restarted, or read the router's file again. */
const hasGrown = (before: number, now: number): boolean => (now < before ? now > 0 : now > before);

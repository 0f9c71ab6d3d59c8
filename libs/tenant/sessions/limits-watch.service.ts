import { Injectable, Logger } from '@nestjs/common';
import { ProgressBus, TenantOutbox } from '@jala/infra/queue';
import { type TenantContext, TenantDatabase, TenantIterator, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { CoaAttempts, type DueUser, LimitsReader } from '@jala/radius';

/** With somebody online who has a quota or fair use: what a report reached is acted upon within this time. */
const CLOSE_MS = 1_000;
/** Without: a new session reports for the first time after a minute, so this is soon enough to see it. */
const SURVEY_MS = 20_000;
/** Expiries since then are looked for by a worker that has just started. */
const LOOK_BACK_MS = 15 * 60_000;
/** What was missed by everything else. */
const OVERSTAYERS_MS = 60_000;
/** A router that did not end a session is asked again after this. */
const ASK_AGAIN_MS = 5 * 60_000;
const BATCH = 500;
/** Answers of routers are history after this long. */
const KEEP_MS = 90 * 86_400_000;
/** Looks at once. */
const CONCURRENCY = 8;

const CHANNEL = 'limits-watch';

interface Watched {
  readonly tenant: TenantContext;
  /** Expiries up to here have been acted upon. */
  expiredUpTo: number;
  surveyedAt: number;
  overstayersAt: number;
  lookAt: number;
  closely: boolean;
}

/**
 * The second line of enforcement: users who reach the end of their time or volume while they are online. The first is in the
 * Access-Accept (Session-Timeout, Total-Limit), which some routers ignore. Nothing here is worth keeping: a worker that takes
 * over begins with everybody and looks back.
 */
@Injectable()
export class LimitsWatchService {
  private readonly logger = new Logger(LimitsWatchService.name);
  private readonly watched = new Map<number, Watched>();
  private readonly looking = new Set<number>();
  private listedAt = 0;
  private listening?: Promise<unknown>;

  constructor(
    private readonly iterator: TenantIterator,
    private readonly db: TenantDatabase,
    private readonly limits: LimitsReader,
    private readonly attempts: CoaAttempts,
    private readonly outbox: TenantOutbox,
    private readonly bus: ProgressBus,
    private readonly clock: Clock,
  ) {}

  /** Somebody of the current tenant has new limits: whichever worker watches looks at once. Lost without harm, see SURVEY_MS. */
  async attend(): Promise<void> {
    await this.bus.publish(CHANNEL, { tenantId: TenantScope.current().id });
  }

  /** Looks at every tenant whose turn it is. A tenant whose database is slow keeps only itself waiting. */
  async tick(): Promise<void> {
    this.listening ??= this.bus.subscribe(CHANNEL, (event) => this.lookSoon(event)).catch(() => (this.listening = undefined));
    const now = this.clock.now().getTime();
    if (now - this.listedAt >= SURVEY_MS) {
      await this.list(now);
      this.listedAt = now;
    }
    const due = [...this.watched.values()].filter(({ tenant, lookAt }) => lookAt <= now && !this.looking.has(tenant.id));
    const work = async (): Promise<void> => {
      for (let next = due.shift(); next; next = due.shift()) await this.look(next);
    };
    const all = Promise.all(Array.from({ length: Math.min(CONCURRENCY, due.length) }, work));
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
  }

  private lookSoon(event: unknown): void {
    const watched = this.watched.get((event as { tenantId: number }).tenantId);
    if (watched) Object.assign(watched, { lookAt: 0, surveyedAt: 0 });
    // A tenant that is new.
    else this.listedAt = 0;
  }

  private async list(now: number): Promise<void> {
    const present = new Set<number>();
    await this.iterator.run('limits watch', async (tenant) => {
      present.add(tenant.id);
      if (this.watched.has(tenant.id)) return;
      // Spread over the survey period, so that a restart does not open every database in one second.
      const fresh = {
        expiredUpTo: now - LOOK_BACK_MS,
        surveyedAt: 0,
        overstayersAt: now,
        lookAt: now + (tenant.id % 20) * 50,
        closely: false,
      };
      this.watched.set(tenant.id, { tenant, ...fresh });
    });
    for (const id of this.watched.keys()) if (!present.has(id)) this.watched.delete(id);
  }

  private async look(watched: Watched): Promise<void> {
    const { tenant } = watched;
    this.looking.add(tenant.id);
    try {
      await this.iterator.visit(tenant, () => this.lookInside(watched));
    } catch (error) {
      watched.lookAt = this.clock.now().getTime() + CLOSE_MS;
      this.logger.warn(`limits of tenant ${tenant.slug} could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.looking.delete(tenant.id);
    }
  }

  private async lookInside(watched: Watched): Promise<void> {
    const now = this.clock.now();
    await this.db.transaction(async () => {
      const due = await this.limits.takeDue(BATCH);
      const expired = await this.limits.expiredBetween(new Date(watched.expiredUpTo), now);
      await this.enqueue([...due, ...expired.map((username) => ({ username, reason: 'expired' }) as const)]);
    });
    watched.expiredUpTo = now.getTime();
    if (now.getTime() - watched.overstayersAt >= OVERSTAYERS_MS) {
      watched.overstayersAt = now.getTime();
      await this.enqueue(await this.limits.overstayers(now, new Date(now.getTime() - ASK_AGAIN_MS)));
      await this.attempts.forgetBefore(new Date(now.getTime() - KEEP_MS), 10_000);
    }
    await this.plan(watched, now);
  }

  private async plan(watched: Watched, now: Date): Promise<void> {
    const at = now.getTime();
    if (watched.closely && at - watched.surveyedAt < SURVEY_MS) {
      watched.lookAt = at + CLOSE_MS;
      return;
    }
    const { limits, nextExpiry } = await this.limits.outlook(now);
    watched.surveyedAt = at;
    watched.closely = limits;
    watched.lookAt = limits ? at + CLOSE_MS : Math.min(at + SURVEY_MS, nextExpiry?.getTime() ?? Infinity);
  }

  private async enqueue(users: readonly DueUser[]): Promise<void> {
    const { id: tenantId } = TenantScope.current();
    for (const { username, reason } of users) {
      // Nothing is left that terms could be read from.
      if (reason === 'deleted') await this.outbox.enqueue('radius.disconnect-user', { tenantId, username, reason });
      else await this.outbox.enqueue('radius.refresh-user', { tenantId, username, reason });
    }
  }
}

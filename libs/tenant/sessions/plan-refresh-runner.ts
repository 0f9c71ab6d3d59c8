import { Injectable } from '@nestjs/common';
import { TenantOutbox } from '@jala/infra/queue';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { type Session, SessionsReader } from '@jala/radius';
import { type PlanRefresh, PlanRefreshesRepository, radiusGroupName } from '@jala/tenant/service-plans';
import { LimitsWatchService } from './limits-watch.service';
import { type Brought, RefreshesService } from './refreshes.service';

/** As a mass disconnection: thousands in a minute, and no more than a small router's CPU takes. */
const AT_ONCE = 25;
const WAITS = [500, 1_000];
/** Sessions whose router did not answer are each tried again for minutes. Beyond so many, it is the router that is away. */
const MOST_TRIED_AGAIN = 200;

/** Brings the running sessions of a plan that was changed in line with it, a batch at a time. */
@Injectable()
export class PlanRefreshRunner {
  constructor(
    private readonly db: TenantDatabase,
    private readonly runs: PlanRefreshesRepository,
    private readonly sessions: SessionsReader,
    private readonly refreshes: RefreshesService,
    private readonly watch: LimitsWatchService,
    private readonly outbox: TenantOutbox,
    private readonly clock: Clock,
  ) {}

  /** Goes on where an interrupted run stopped. A later change of the plan takes over by finishing this one. */
  async run(id: number): Promise<void> {
    const run = await this.runs.find(id);
    if (!run || run.finishedAt) return;
    await this.watch.attend();
    const scope = { group: radiusGroupName(run.servicePlanId) };
    let failed = run.failed;
    for (let after = run.atSession; ;) {
      const batch = await this.sessions.onlineIn(scope, { after, upTo: run.upToSession, limit: AT_ONCE });
      const last = batch.at(-1);
      if (!last) break;
      const outcomes = await this.bring(run, batch);
      const from = after;
      after = last.id;
      const counts = { changed: count(outcomes, 'changed'), ended: count(outcomes, 'ended'), failed: count(outcomes, 'silent', 'failed') };
      const again = batch.filter((_, index) => outcomes[index] === 'silent').slice(0, Math.max(0, MOST_TRIED_AGAIN - failed));
      const isPresent = await this.db.transaction(async () => {
        if (!(await this.runs.advance(id, from, last.id, counts))) return false;
        for (const session of again) await this.tryAgain(run, session);
        return true;
      });
      if (!isPresent) {
        // What was sent just now may have crossed with what the later run sent: the present terms are said last.
        await this.bring(run, batch);
        return;
      }
      failed += counts.failed;
    }
    await this.runs.finish(id, this.clock.now());
  }

  private bring({ needed, requestedBy }: PlanRefresh, batch: readonly Session[]): Promise<Brought[]> {
    return Promise.all(batch.map((session) => this.refreshes.bring(session, needed, { requestedBy, waits: WAITS })));
  }

  private async tryAgain({ needed, requestedBy }: PlanRefresh, { id, username }: Session): Promise<void> {
    const { id: tenantId } = TenantScope.current();
    const reason = 'plan-changed';
    if (needed === 'change') await this.outbox.enqueue('radius.refresh-user', { tenantId, username, reason });
    else await this.outbox.enqueue('radius.disconnect-session', { tenantId, sessionId: id, requestedBy, reason });
  }
}

const count = (outcomes: readonly Brought[], ...which: readonly Brought[]): number =>
  outcomes.filter((outcome) => which.includes(outcome)).length;

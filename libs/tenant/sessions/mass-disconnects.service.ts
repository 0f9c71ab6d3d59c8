import { Injectable } from '@nestjs/common';
import { type Actor, DomainError } from '@jala/contracts';
import { TenantOutbox } from '@jala/infra/queue';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { type SessionScope, SessionsReader } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { RoutersService } from '@jala/tenant/routers';
import { radiusGroupName, ServicePlansService } from '@jala/tenant/service-plans';
import { DisconnectionsService } from './disconnections.service';
import { type MassDisconnect, MassDisconnectsRepository, type MassScope } from './mass-disconnects.repository';
import { isSettled } from './session-commands.service';

/** Sessions asked about at once: enough to end thousands in a minute, few enough for a small router's CPU. */
const AT_ONCE = 25;
/** A router that is away costs this much for each batch, not the patience of a single button. */
const WAITS = [500, 1_000];

export interface MassTarget {
  readonly scope: MassScope;
  readonly id: number;
}

export interface MassPreview {
  readonly scopeName: string;
  readonly sessions: number;
}

/** "Disconnect all of this plan" and "of this router". */
@Injectable()
export class MassDisconnectsService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly runs: MassDisconnectsRepository,
    private readonly sessions: SessionsReader,
    private readonly plans: ServicePlansService,
    private readonly routers: RoutersService,
    private readonly disconnections: DisconnectionsService,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
  ) {}

  /** Who would be cut off. @throws DomainError SERVICE_PLAN_NOT_FOUND, ROUTER_NOT_FOUND */
  async preview(actor: Actor, target: MassTarget): Promise<MassPreview> {
    const scopeName = await this.nameOf(actor, target);
    const { sessions } = await this.sessions.countOnlineIn(sessionsOf(target));
    return { scopeName, sessions };
  }

  /** Ends every session that is open now. @throws DomainError SERVICE_PLAN_NOT_FOUND, ROUTER_NOT_FOUND */
  async start(actor: Actor, target: MassTarget): Promise<MassDisconnect> {
    const scopeName = await this.nameOf(actor, target);
    const id = await this.db.transaction(async () => {
      const { sessions, lastId } = await this.sessions.countOnlineIn(sessionsOf(target));
      const run = { scope: target.scope, scopeId: target.id, scopeName, requestedBy: actor.name, upToSession: lastId, sessions };
      const inserted = await this.runs.insert({ ...run, createdAt: this.clock.now() });
      await this.outbox.enqueue('radius.disconnect-many', { tenantId: TenantScope.current().id, massDisconnectId: inserted });
      const subject = { type: target.scope, id: target.id, label: scopeName };
      await this.activity.record(actor, `${target.scope}.disconnect_requested`, subject, { after: { sessions } });
      return inserted;
    });
    return this.get(actor, id);
  }

  /** How far it is. @throws DomainError MASS_DISCONNECT_NOT_FOUND */
  async get(_actor: Actor, id: number): Promise<MassDisconnect> {
    const run = await this.runs.find(id);
    if (!run) throw new DomainError('MASS_DISCONNECT_NOT_FOUND', { id });
    return run;
  }

  /** Goes on where an interrupted run stopped. */
  async run(id: number): Promise<void> {
    const run = await this.runs.find(id);
    if (!run || run.finishedAt) return;
    const scope = sessionsOf({ scope: run.scope, id: run.scopeId });
    const command = { reason: run.scope === 'router' ? 'staff-router' : 'staff-plan', requestedBy: run.requestedBy, waits: WAITS };
    for (let after = run.atSession; ;) {
      const batch = await this.sessions.onlineIn(scope, { after, upTo: run.upToSession, limit: AT_ONCE });
      const last = batch.at(-1);
      if (!last) break;
      const outcomes = await Promise.all(batch.map((session) => this.disconnections.endNow(session, command)));
      const ended = outcomes.filter(isSettled).length;
      if (!(await this.runs.advance(id, after, last.id, ended, outcomes.length - ended))) return;
      after = last.id;
    }
    await this.runs.finish(id, this.clock.now());
  }

  private async nameOf(actor: Actor, { scope, id }: MassTarget): Promise<string> {
    return scope === 'router' ? (await this.routers.get(actor, id)).name : (await this.plans.get(actor, id)).name;
  }
}

const sessionsOf = ({ scope, id }: MassTarget): SessionScope => (scope === 'router' ? { routerId: id } : { group: radiusGroupName(id) });

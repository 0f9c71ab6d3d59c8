import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest } from '@jala/contracts';
import { Clock, given } from '@jala/kernel';
import { duplicateKeyOf } from '@jala/infra/central-db';
import { TenantOutbox } from '@jala/infra/queue';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { neededFor, type NeededFor, RadiusWriter, SessionsReader } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { type PlanRefresh, PlanRefreshesRepository } from './plan-refreshes.repository';
import { ServicePlan } from './service-plan.entity';
import { assertRules, changesEnforcement, NO_RULES, radiusGroupOf, type ServicePlanRules } from './enforcement.rules';
import { assertValidity, auditOf, radiusGroupName, type ServicePlanTerms, subjectOf } from './service-plan.rules';
import { servicePlanInUse, servicePlanNameTaken, servicePlanNotFound, unsuitable } from './service-plans.errors';
import { type ServicePlanFilter, ServicePlansRepository } from './service-plans.repository';

export type NewServicePlan = Omit<ServicePlanTerms, 'currency'> &
  Partial<ServicePlanRules> &
  Pick<ServicePlan, 'name' | 'description' | 'active'> & { currency?: string };
export type ServicePlanChange = Partial<NewServicePlan>;

export interface ServicePlanView extends ServicePlan {
  readonly customers: number;
}

/** What saving a change would do to those who have the plan. */
export interface ServicePlanChangePreview {
  readonly customers: number;
  /** Of running sessions: nothing, they are told the new terms, or they are ended so that the next login brings them. */
  readonly effect: NeededFor;
  /** Running sessions that this is about; none without an effect. */
  readonly sessions: number;
}

@Injectable()
export class ServicePlansService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly plans: ServicePlansRepository,
    private readonly refreshes: PlanRefreshesRepository,
    private readonly radius: RadiusWriter,
    private readonly sessions: SessionsReader,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
  ) {}

  async list(_actor: Actor, request: PageRequest, filter: ServicePlanFilter): Promise<Page<ServicePlanView>> {
    const page = await this.plans.list(request, filter);
    const counts = await this.plans.customerCounts(page.rows.map((plan) => plan.id));
    return { total: page.total, rows: page.rows.map((plan) => ({ ...plan, customers: counts.get(plan.id) ?? 0 })) };
  }

  /** What a customer can be put on, cheapest first: also for those who may not see the plans themselves. */
  async onSale(_actor: Actor): Promise<ServicePlan[]> {
    return this.plans.onSale();
  }

  async get(_actor: Actor, id: number): Promise<ServicePlanView> {
    const plan = await this.plans.find(id);
    if (!plan) throw servicePlanNotFound(id);
    return this.view(plan);
  }

  /** @throws DomainError SERVICE_PLAN_NAME_TAKEN, VALIDATION_FAILED */
  async create(actor: Actor, input: NewServicePlan): Promise<ServicePlanView> {
    assertValidity(input);
    assertRules(input);
    const saved = await this.write(input.name, async () => {
      const plan = Object.assign(new ServicePlan(), {
        ...NO_RULES,
        ...given(input),
        currency: input.currency ?? TenantScope.current().currency,
      });
      const created = await this.plans.save(plan);
      await this.radius.putGroup(radiusGroupOf(created));
      await this.activity.record(actor, 'service_plan.created', subjectOf(created), { after: auditOf(created) });
      return created;
    });
    return { ...saved, customers: 0 };
  }

  /** Nothing is saved. @throws DomainError SERVICE_PLAN_NOT_FOUND, VALIDATION_FAILED */
  async preview(_actor: Actor, id: number, change: ServicePlanChange): Promise<ServicePlanChangePreview> {
    const plan = await this.plans.find(id);
    if (!plan) throw servicePlanNotFound(id);
    const after = changed(plan, change);
    const effect = neededFor(radiusGroupOf(plan), radiusGroupOf(after));
    const { sessions } = effect === 'nothing' ? { sessions: 0 } : await this.sessions.countOnlineIn({ group: radiusGroupName(id) });
    return { customers: (await this.view(plan)).customers, effect, sessions };
  }

  /**
   * Everybody on the plan has the new terms at the next login; running sessions are brought in line by a job, some at a time.
   * @throws DomainError SERVICE_PLAN_NOT_FOUND, SERVICE_PLAN_NAME_TAKEN, VALIDATION_FAILED
   */
  async update(actor: Actor, id: number, change: ServicePlanChange): Promise<ServicePlanView> {
    const saved = await this.write(change.name ?? '', async () => {
      const plan = await this.plans.findLocked(id, 'exclusive');
      if (!plan) throw servicePlanNotFound(id);
      const before = auditOf(plan);
      const previous = { ...plan };
      const updated = await this.plans.save(changed(plan, change));
      if (changesEnforcement(previous, updated)) {
        await this.radius.putGroup(radiusGroupOf(updated));
        await this.refreshSessions(actor, previous, updated);
      }
      await this.activity.record(actor, 'service_plan.updated', subjectOf(updated), { before, after: auditOf(updated) });
      return updated;
    });
    return this.view(saved);
  }

  /** @throws DomainError SERVICE_PLAN_NOT_FOUND, SERVICE_PLAN_IN_USE */
  async remove(actor: Actor, id: number): Promise<void> {
    await this.db.transaction(async () => {
      const plan = await this.plans.findLocked(id, 'exclusive');
      if (!plan) throw servicePlanNotFound(id);
      const customers = (await this.plans.customerCounts([id])).get(id) ?? 0;
      if (customers > 0) throw servicePlanInUse(id, customers);
      await this.plans.remove(id);
      await this.refreshes.forgetPlan(id);
      await this.radius.removeGroup(radiusGroupOf(plan).name);
      await this.activity.record(actor, 'service_plan.deleted', subjectOf(plan), { before: auditOf(plan) });
    });
  }

  /**
   * The plan that a customer is about to be put on, kept as it is until the caller's transaction ends.
   * @throws DomainError VALIDATION_FAILED on `service_plan_id` when there is no such plan or it is not sold any more.
   */
  async lockForCustomer(id: number): Promise<ServicePlan> {
    const plan = await this.plans.findLocked(id, 'shared');
    if (!plan) throw unsuitable('not_found', 'There is no such service plan.');
    if (!plan.active) throw unsuitable('inactive', 'This service plan is not sold any more.');
    return plan;
  }

  /** The plan a customer already has, sold or not, kept as it is until the caller's transaction ends. */
  async lockCurrent(id: number): Promise<ServicePlan> {
    const plan = await this.plans.findLocked(id, 'shared');
    if (!plan) throw servicePlanNotFound(id);
    return plan;
  }

  async namesOf(ids: readonly number[]): Promise<Map<number, string>> {
    return this.plans.namesOf(ids);
  }

  /** How the last changes of the plan reached its running sessions, newest first. @throws DomainError SERVICE_PLAN_NOT_FOUND */
  async refreshesOf(_actor: Actor, id: number): Promise<PlanRefresh[]> {
    if (!(await this.plans.find(id))) throw servicePlanNotFound(id);
    return this.refreshes.ofPlan(id);
  }

  /** One row and one job for any number of sessions: this transaction holds the plan. */
  private async refreshSessions(actor: Actor, before: ServicePlan, after: ServicePlan): Promise<void> {
    const needed = neededFor(radiusGroupOf(before), radiusGroupOf(after));
    if (needed === 'nothing') return;
    const { sessions, lastId } = await this.sessions.countOnlineIn({ group: radiusGroupName(after.id) });
    if (sessions === 0) return;
    const run = { servicePlanId: after.id, requestedBy: actor.name, needed, upToSession: lastId, sessions, createdAt: this.clock.now() };
    const planRefreshId = await this.refreshes.begin(run);
    await this.outbox.enqueue('radius.refresh-plan', { tenantId: TenantScope.current().id, planRefreshId });
  }

  private async view(plan: ServicePlan): Promise<ServicePlanView> {
    const counts = await this.plans.customerCounts([plan.id]);
    return { ...plan, customers: counts.get(plan.id) ?? 0 };
  }

  /** The unique index decides about names: two people may choose one at the same moment. */
  private async write<T>(name: string, change: () => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(change);
    } catch (error) {
      if (duplicateKeyOf(error) === 'service_plans_name') throw servicePlanNameTaken(name);
      throw error;
    }
  }
}

/** @throws DomainError VALIDATION_FAILED */
function changed(plan: ServicePlan, change: ServicePlanChange): ServicePlan {
  const after = Object.assign(new ServicePlan(), plan, given(change));
  assertValidity(after);
  assertRules(after);
  return after;
}

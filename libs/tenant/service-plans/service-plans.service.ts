import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest } from '@jala/contracts';
import { given } from '@jala/kernel';
import { duplicateKeyOf } from '@jala/infra/central-db';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { RadiusWriter } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { ServicePlan } from './service-plan.entity';
import { assertRules, changesEnforcement, NO_RULES, radiusGroupOf, type ServicePlanRules } from './enforcement.rules';
import { assertValidity, auditOf, type ServicePlanTerms, subjectOf } from './service-plan.rules';
import { servicePlanInUse, servicePlanNameTaken, servicePlanNotFound, unsuitable } from './service-plans.errors';
import { type ServicePlanFilter, ServicePlansRepository } from './service-plans.repository';

export type NewServicePlan = Omit<ServicePlanTerms, 'currency'> &
  Partial<ServicePlanRules> &
  Pick<ServicePlan, 'name' | 'description' | 'active'> & { currency?: string };
export type ServicePlanChange = Partial<NewServicePlan>;

export interface ServicePlanView extends ServicePlan {
  readonly customers: number;
}

@Injectable()
export class ServicePlansService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly plans: ServicePlansRepository,
    private readonly radius: RadiusWriter,
    private readonly activity: ActivityLog,
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

  /**
   * Everybody on the plan has the new terms at the next login; running sessions keep the old ones until then.
   * @throws DomainError SERVICE_PLAN_NOT_FOUND, SERVICE_PLAN_NAME_TAKEN, VALIDATION_FAILED
   */
  async update(actor: Actor, id: number, change: ServicePlanChange): Promise<ServicePlanView> {
    const saved = await this.write(change.name ?? '', async () => {
      const plan = await this.plans.findLocked(id, 'exclusive');
      if (!plan) throw servicePlanNotFound(id);
      const before = auditOf(plan);
      const previous = { ...plan };
      Object.assign(plan, given(change));
      assertValidity(plan);
      assertRules(plan);
      const updated = await this.plans.save(plan);
      if (changesEnforcement(previous, updated)) await this.radius.putGroup(radiusGroupOf(updated));
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

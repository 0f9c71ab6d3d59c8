import { Injectable } from '@nestjs/common';
import { type Actor, DomainError, type Page, type PageRequest } from '@jala/contracts';
import { ActivityLog } from '@jala/central/activity';
import { CentralDatabase, duplicateKeyOf } from '@jala/infra/central-db';
import { Plan } from './plan.entity';
import { auditOf, type PlanTerms } from './plan.rules';
import { planInUse, planNameTaken, planNotFound } from './plans.errors';
import { PlansRepository } from './plans.repository';

export interface PlanView extends Plan {
  /** How many have it now. */
  readonly tenants: number;
}

@Injectable()
export class PlansService {
  constructor(
    private readonly db: CentralDatabase,
    private readonly plans: PlansRepository,
    private readonly activity: ActivityLog,
  ) {}

  async list(_actor: Actor, request: PageRequest, filter: { active?: boolean }): Promise<Page<PlanView>> {
    const page = await this.plans.list(request, filter.active);
    const counts = await this.plans.tenantCounts(page.rows.map((plan) => plan.id));
    return { total: page.total, rows: page.rows.map((plan) => ({ ...plan, tenants: counts.get(plan.id) ?? 0 })) };
  }

  async get(_actor: Actor, id: number): Promise<PlanView> {
    const plan = await this.plans.find(id);
    if (!plan) throw planNotFound(id);
    return this.view(plan);
  }

  async findByName(_actor: Actor, name: string): Promise<Plan | null> {
    return this.plans.findByName(name);
  }

  /** @throws DomainError PLAN_NAME_TAKEN, VALIDATION_FAILED */
  async create(actor: Actor, terms: PlanTerms): Promise<PlanView> {
    assertTerms(terms);
    const saved = await this.write(terms.name, async () => {
      const plan = await this.plans.save(Object.assign(new Plan(), terms));
      await this.activity.record(actor, 'plan.created', { type: 'plan', id: plan.id, label: plan.name }, { after: auditOf(plan) });
      return plan;
    });
    return { ...saved, tenants: 0 };
  }

  /**
   * New limits hold at once for everybody who has the plan; what is over them stays, nothing can be added.
   * @throws DomainError PLAN_NOT_FOUND, PLAN_NAME_TAKEN, VALIDATION_FAILED
   */
  async update(actor: Actor, id: number, change: Partial<PlanTerms>): Promise<PlanView> {
    const saved = await this.write(change.name ?? '', async () => {
      const plan = await this.plans.lock(id);
      if (!plan) throw planNotFound(id);
      const before = auditOf(plan);
      Object.assign(plan, Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)));
      assertTerms(plan);
      await this.plans.save(plan);
      await this.activity.record(actor, 'plan.updated', { type: 'plan', id, label: plan.name }, { before, after: auditOf(plan) });
      return plan;
    });
    return this.view(saved);
  }

  /** @throws DomainError PLAN_NOT_FOUND, PLAN_IN_USE when a tenant has or ever had it: subscriptions are history. */
  async remove(actor: Actor, id: number): Promise<void> {
    await this.db.transaction(async () => {
      const plan = await this.plans.lock(id);
      if (!plan) throw planNotFound(id);
      if (await this.plans.wasEverSold(id)) throw planInUse(id, (await this.plans.tenantCounts([id])).get(id) ?? 0);
      await this.plans.remove(id);
      await this.activity.record(actor, 'plan.deleted', { type: 'plan', id, label: plan.name }, { before: auditOf(plan) });
    });
  }

  private async view(plan: Plan): Promise<PlanView> {
    const counts = await this.plans.tenantCounts([plan.id]);
    return { ...plan, tenants: counts.get(plan.id) ?? 0 };
  }

  /** The unique index decides about names: two people may choose one at the same moment. */
  private async write<T>(name: string, change: () => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(change);
    } catch (error) {
      if (duplicateKeyOf(error) === 'plans_name') throw planNameTaken(name);
      throw error;
    }
  }
}

function assertTerms(terms: PlanTerms): void {
  if (new Set(terms.features).size !== terms.features.length) {
    throw DomainError.field('features', 'duplicate', 'Name each feature once.');
  }
}

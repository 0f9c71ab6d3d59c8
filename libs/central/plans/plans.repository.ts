import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@jala/contracts';
import { CentralDatabase, containsPattern, sortColumn } from '@jala/infra/central-db';
import { In, IsNull } from 'typeorm';
import { Plan } from './plan.entity';
import { TenantSubscription } from './tenant-subscription.entity';

const SORTS: Readonly<Record<string, string>> = {
  name: 'plan.name',
  price_monthly_minor: 'plan.priceMonthlyMinor',
  created_at: 'plan.createdAt',
};

@Injectable()
export class PlansRepository {
  constructor(private readonly db: CentralDatabase) {}

  async list(request: PageRequest, active?: boolean): Promise<Page<Plan>> {
    const query = this.db.repository(Plan).createQueryBuilder('plan');
    if (request.search) query.andWhere('plan.name LIKE :search', { search: containsPattern(request.search) });
    if (active !== undefined) query.andWhere('plan.active = :active', { active });
    const order = request.order === 'desc' ? 'DESC' : 'ASC';
    const [rows, total] = await query
      .orderBy(sortColumn(SORTS, request.sort) ?? 'plan.priceMonthlyMinor', order)
      .addOrderBy('plan.id', order)
      .offset((request.page - 1) * request.perPage)
      .limit(request.perPage)
      .getManyAndCount();
    return { rows, total };
  }

  async find(id: number): Promise<Plan | null> {
    return this.db.repository(Plan).findOneBy({ id });
  }

  async findByName(name: string): Promise<Plan | null> {
    return this.db.repository(Plan).findOneBy({ name });
  }

  /** Kept as it is until the transaction ends. */
  async lock(id: number): Promise<Plan | null> {
    return this.db.repository(Plan).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async save(plan: Plan): Promise<Plan> {
    return this.db.repository(Plan).save(plan);
  }

  async remove(id: number): Promise<void> {
    await this.db.repository(Plan).delete({ id });
  }

  /** How many tenants have each of these plans now; a plan without tenants is absent. */
  async tenantCounts(planIds: readonly number[]): Promise<Map<number, number>> {
    if (planIds.length === 0) return new Map();
    const rows = await this.db.query<{ id: number; tenants: number }[]>(
      'SELECT plan_id AS id, COUNT(*) AS tenants FROM tenant_subscriptions WHERE ended_at IS NULL AND plan_id IN (?) GROUP BY plan_id',
      [planIds],
    );
    return new Map(rows.map((row) => [Number(row.id), Number(row.tenants)]));
  }

  /** Also subscriptions that have ended: they are history and point at their plan. */
  async wasEverSold(planId: number): Promise<boolean> {
    return this.db.repository(TenantSubscription).existsBy({ planId });
  }

  async running(tenantIds: readonly number[]): Promise<TenantSubscription[]> {
    if (tenantIds.length === 0) return [];
    return this.db.repository(TenantSubscription).findBy({ tenantId: In([...tenantIds]), endedAt: IsNull() });
  }

  async plansOf(ids: readonly number[]): Promise<Map<number, Plan>> {
    if (ids.length === 0) return new Map();
    const plans = await this.db.repository(Plan).findBy({ id: In([...new Set(ids)]) });
    return new Map(plans.map((plan) => [plan.id, plan]));
  }

  async endRunning(tenantId: number, at: Date): Promise<void> {
    await this.db.repository(TenantSubscription).update({ tenantId, endedAt: IsNull() }, { endedAt: at });
  }

  async insertSubscription(subscription: Omit<TenantSubscription, 'id'>): Promise<void> {
    await this.db.repository(TenantSubscription).insert(subscription);
  }

  async removeSubscriptionsOf(tenantId: number): Promise<void> {
    await this.db.repository(TenantSubscription).delete({ tenantId });
  }
}

import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@jala/contracts';
import { type Condition, containsPattern, sortColumn } from '@jala/infra/central-db';
import { TenantDatabase } from '@jala/infra/tenancy';
import { ServicePlan } from './service-plan.entity';

export interface ServicePlanFilter {
  readonly active?: boolean;
}

const SORTS: Readonly<Record<string, string>> = {
  name: 'name',
  price_minor: 'price_minor',
  download_bps: 'download_bps',
  created_at: 'created_at',
};

@Injectable()
export class ServicePlansRepository {
  constructor(private readonly db: TenantDatabase) {}

  async list(request: PageRequest, filter: ServicePlanFilter): Promise<Page<ServicePlan>> {
    const where: Condition[] = [];
    if (request.search) where.push(['name LIKE ?', containsPattern(request.search)]);
    if (filter.active !== undefined) where.push(['active = ?', filter.active]);
    const order = request.order === 'desc' ? 'DESC' : 'ASC';
    return this.db.read.page(ServicePlan, where, `${sortColumn(SORTS, request.sort) ?? 'price_minor'} ${order}, id ${order}`, request);
  }

  /** The plans on sale, cheapest first. */
  async onSale(): Promise<ServicePlan[]> {
    return this.db.repository(ServicePlan).find({ where: { active: true }, order: { priceMinor: 'ASC', id: 'ASC' } });
  }

  async find(id: number): Promise<ServicePlan | undefined> {
    const [plan] = await this.db.read.find(ServicePlan, [['id = ?', id]]);
    return plan;
  }

  /**
   * Locked until the transaction ends. Whoever puts a customer on a plan reads it shared, whoever changes the plan reads
   * it exclusively: a customer can never be left with the terms of the moment before.
   */
  async findLocked(id: number, mode: 'shared' | 'exclusive'): Promise<ServicePlan | null> {
    return this.db
      .repository(ServicePlan)
      .createQueryBuilder('plan')
      .where('plan.id = :id', { id })
      .setLock(mode === 'shared' ? 'pessimistic_read' : 'pessimistic_write')
      .getOne();
  }

  async namesOf(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<{ id: number; name: string }[]>('SELECT id, name FROM service_plans WHERE id IN (?)', [
      [...new Set(ids)],
    ]);
    return new Map(rows.map((row) => [Number(row.id), row.name]));
  }

  /** How many customers are on each of these plans; a plan without customers is absent. */
  async customerCounts(ids: readonly number[]): Promise<Map<number, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<{ id: number; customers: number }[]>(
      'SELECT service_plan_id AS id, COUNT(*) AS customers FROM customers WHERE service_plan_id IN (?) GROUP BY service_plan_id',
      [ids],
    );
    return new Map(rows.map((row) => [Number(row.id), Number(row.customers)]));
  }

  async save(plan: ServicePlan): Promise<ServicePlan> {
    return this.db.repository(ServicePlan).save(plan);
  }

  async remove(id: number): Promise<void> {
    await this.db.repository(ServicePlan).delete({ id });
  }
}

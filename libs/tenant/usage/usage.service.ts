import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { userKey } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { csvStream } from './csv';
import { dayOf, daysOf, periodOf } from './period.rules';
import { type ExportPosition, UsageRepository } from './usage.repository';
import type { Named, Period, PlanUsage, RouterUsage, UsageFilter, UsageReport, UserUsage } from './usage.types';

const EXPORT_PAGE = 2_000;
const NOTHING = { inputBytes: 0, outputBytes: 0, sessions: 0, users: 0 };

export interface UsageRequest extends Partial<Period> {
  readonly routerId?: number;
  readonly servicePlanId?: number;
}

/** How much was moved, by whom, through what: from the totals per user and day. */
@Injectable()
export class UsageService {
  constructor(
    private readonly usage: UsageRepository,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly plans: ServicePlansService,
    private readonly clock: Clock,
  ) {}

  /** Every day of the period, also those on which nothing happened. @throws DomainError VALIDATION_FAILED */
  async report(_actor: Actor, request: UsageRequest): Promise<UsageReport> {
    return this.reportOf(this.filter(request));
  }

  /** Since they are a customer: the username may have been somebody else's before. @throws DomainError CUSTOMER_NOT_FOUND, VALIDATION_FAILED */
  async ofCustomer(actor: Actor, id: number, period: Partial<Period>): Promise<UsageReport> {
    const { username, createdAt } = await this.customers.get(actor, id);
    return this.reportOf({ ...this.filter(period), username }, dayOf(createdAt, TenantScope.current().timezone));
  }

  /** The busiest first. @throws DomainError VALIDATION_FAILED */
  async byRouter(_actor: Actor, request: UsageRequest): Promise<RouterUsage[]> {
    const rows = await this.usage.byRouter(this.filter(request));
    const names = await this.routers.namesOf(rows.map(({ routerId }) => routerId));
    return rows.map(({ routerId, ...usage }) => ({ ...usage, router: named(routerId, names) }));
  }

  /** By the plan that each customer has now, the busiest first. @throws DomainError VALIDATION_FAILED */
  async byPlan(_actor: Actor, request: UsageRequest): Promise<PlanUsage[]> {
    const rows = await this.usage.byPlan(this.filter(request));
    const names = await this.plans.namesOf(rows.flatMap(({ planId }) => planId ?? []));
    return rows.map(({ planId, ...usage }) => ({ ...usage, plan: named(planId, names) }));
  }

  /** Who moved most. @throws DomainError VALIDATION_FAILED */
  async top(_actor: Actor, request: UsageRequest, limit: number): Promise<UserUsage[]> {
    const rows = await this.usage.top(this.filter(request), limit);
    const customers = await this.customers.byUsernames(rows.map(({ username }) => username));
    return rows.map((row) => ({ ...row, customer: customers.get(userKey(row.username)) ?? null }));
  }

  /** One line for each user, day and router. @throws DomainError VALIDATION_FAILED */
  async export(_actor: Actor, request: UsageRequest): Promise<{ name: string; file: Readable }> {
    const filter = this.filter(request);
    const plans = new Map<number, string>();
    const routers = new Map<number, string>();
    let after: ExportPosition | undefined;
    const nextPage = async () => {
      const rows = await this.usage.exportPage(filter, after, EXPORT_PAGE);
      after = rows.at(-1) ?? after;
      await this.learn(
        plans,
        rows.flatMap(({ planId }) => planId ?? []),
        (ids) => this.plans.namesOf(ids),
      );
      await this.learn(
        routers,
        rows.map(({ routerId }) => routerId),
        (ids) => this.routers.namesOf(ids),
      );
      return rows.map((row) => [
        row.day,
        row.username,
        row.name,
        row.planId === null ? null : (plans.get(row.planId) ?? null),
        routers.get(row.routerId) ?? null,
        row.outputBytes,
        row.inputBytes,
        row.sessions,
      ]);
    };
    const header = ['day', 'username', 'customer', 'plan', 'router', 'download_bytes', 'upload_bytes', 'sessions'];
    const file = await csvStream(header, nextPage);
    return { name: `usage-${filter.from}-${filter.to}.csv`, file };
  }

  private async reportOf(filter: UsageFilter, since = filter.from): Promise<UsageReport> {
    const { from, to } = filter;
    const counted = { ...filter, from: since > from ? since : from };
    const known = new Map((await this.usage.days(counted)).map((day) => [day.day, day]));
    return {
      period: { from, to },
      total: await this.usage.total(counted),
      days: daysOf(filter).map((day) => known.get(day) ?? { day, ...NOTHING }),
    };
  }

  private filter({ from, to, routerId, servicePlanId }: UsageRequest): UsageFilter {
    return { ...periodOf({ from, to }, this.clock.now(), TenantScope.current().timezone), routerId, servicePlanId };
  }

  private async learn(
    known: Map<number, string>,
    ids: readonly number[],
    ask: (ids: number[]) => Promise<ReadonlyMap<number, string>>,
  ): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !known.has(id));
    if (missing.length === 0) return;
    for (const [id, name] of await ask(missing)) known.set(id, name);
  }
}

export function named(id: number | null, names: ReadonlyMap<number, string>): Named | null {
  const name = id === null ? undefined : names.get(id);
  return id === null || name === undefined ? null : { id, name };
}

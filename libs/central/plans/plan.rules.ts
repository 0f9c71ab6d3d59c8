import { DomainError } from '@jala/contracts';
import type { PlanLimit } from '@jala/infra/tenancy';
import type { Plan } from './plan.entity';

export type PlanTerms = Pick<
  Plan,
  'name' | 'priceMonthlyMinor' | 'priceYearlyMinor' | 'currency' | 'maxRouters' | 'maxUsers' | 'maxVouchers' | 'features' | 'active'
>;

const LIMIT_FIELDS = { routers: 'maxRouters', users: 'maxUsers', vouchers: 'maxVouchers' } as const satisfies Record<
  PlanLimit,
  keyof PlanTerms
>;

/** Null where nothing limits: the plan says nothing about it, or there is no plan. */
export function limitOf(plan: PlanTerms | undefined, limit: PlanLimit): number | null {
  return plan ? plan[LIMIT_FIELDS[limit]] : null;
}

/** @throws DomainError PLAN_LIMIT_REACHED. A tenant that is over the limit already, after a downgrade, keeps what it has. */
export function assertRoomFor(plan: PlanTerms | undefined, limit: PlanLimit, present: number, adding: number): void {
  const max = limitOf(plan, limit);
  if (max !== null && present + adding > max) throw new DomainError('PLAN_LIMIT_REACHED', { limit, max });
}

/** What the activity log shows of a plan. */
export const auditOf = (plan: PlanTerms): Record<string, unknown> => ({
  name: plan.name,
  price_monthly_minor: plan.priceMonthlyMinor,
  price_yearly_minor: plan.priceYearlyMinor,
  currency: plan.currency,
  max_routers: plan.maxRouters,
  max_users: plan.maxUsers,
  max_vouchers: plan.maxVouchers,
  features: plan.features,
  active: plan.active,
});

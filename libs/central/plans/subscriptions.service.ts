import { Injectable } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { CentralDatabase } from '@jala/infra/central-db';
import type { Plan } from './plan.entity';
import { planNotFound } from './plans.errors';
import { PlansRepository } from './plans.repository';
import type { BillingPeriod } from './tenant-subscription.entity';

export interface RunningSubscription {
  readonly plan: Plan;
  readonly billingPeriod: BillingPeriod;
  readonly startedAt: Date;
}

/** Which tenant has which plan. Whoever changes that records it; this only keeps it. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly db: CentralDatabase,
    private readonly plans: PlansRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the running subscription and begins another one, in the caller's transaction.
   * @throws DomainError PLAN_NOT_FOUND, VALIDATION_FAILED on `plan_id` when the plan is not sold any more.
   */
  async subscribe(tenantId: number, planId: number, billingPeriod: BillingPeriod): Promise<Plan> {
    return this.db.transaction(async () => {
      const plan = await this.plans.lock(planId);
      if (!plan) throw planNotFound(planId);
      if (!plan.active) throw DomainError.field('plan_id', 'inactive', 'This plan is not sold any more.');
      const now = this.clock.now();
      await this.plans.endRunning(tenantId, now);
      await this.plans.insertSubscription({ tenantId, planId, billingPeriod, startedAt: now, endedAt: null });
      return plan;
    });
  }

  async running(tenantIds: readonly number[]): Promise<Map<number, RunningSubscription>> {
    const subscriptions = await this.plans.running(tenantIds);
    const plans = await this.plans.plansOf(subscriptions.map(({ planId }) => planId));
    return new Map(
      subscriptions.map(({ tenantId, planId, billingPeriod, startedAt }) => [
        tenantId,
        { plan: plans.get(planId)!, billingPeriod, startedAt },
      ]),
    );
  }

  async forget(tenantId: number): Promise<void> {
    await this.plans.removeSubscriptionsOf(tenantId);
  }
}

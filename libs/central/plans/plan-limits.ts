import { Injectable } from '@nestjs/common';
import { type PlanLimit, PlanLimits, TenantScope } from '@jala/infra/tenancy';
import type { Plan } from './plan.entity';
import { assertRoomFor, limitOf } from './plan.rules';
import { PlansRepository } from './plans.repository';

/** Answers the tenant side from the subscription that is running. Asked seldom, when something is added: not cached. */
@Injectable()
export class SubscribedPlanLimits extends PlanLimits {
  constructor(private readonly plans: PlansRepository) {
    super();
  }

  async maximum(limit: PlanLimit): Promise<number | null> {
    return limitOf(await this.current(), limit);
  }

  async assertRoom(limit: PlanLimit, present: number, adding = 1): Promise<void> {
    assertRoomFor(await this.current(), limit, present, adding);
  }

  async hasFeature(feature: string): Promise<boolean> {
    return (await this.current())?.features.includes(feature) ?? false;
  }

  private async current(): Promise<Plan | undefined> {
    const [subscription] = await this.plans.running([TenantScope.current().id]);
    return subscription && ((await this.plans.find(subscription.planId)) ?? undefined);
  }
}

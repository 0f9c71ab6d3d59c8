import { Plan } from './plan.entity';
import { TenantSubscription } from './tenant-subscription.entity';

export const plansEntities = [Plan, TenantSubscription];

export { Plan } from './plan.entity';
export type { PlanTerms } from './plan.rules';
export { PlansModule } from './plans.module';
export { PlansService, type PlanView } from './plans.service';
export { SubscriptionsService, type RunningSubscription } from './subscriptions.service';
export { BILLING_PERIODS, type BillingPeriod } from './tenant-subscription.entity';

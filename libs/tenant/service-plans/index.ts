import { ServicePlan } from './service-plan.entity';

export { type PlanBurst, ServicePlan } from './service-plan.entity';
export { type NeededRefresh, type PlanRefresh, PlanRefreshesRepository, type RefreshCounts } from './plan-refreshes.repository';
export { NO_RULES, radiusGroupOf, type ServicePlanRules } from './enforcement.rules';
export { MAX_BPS, radiusGroupName, VALIDITY_MAX, validityOf } from './service-plan.rules';
export { ServicePlansModule } from './service-plans.module';
export type { ServicePlanFilter } from './service-plans.repository';
export {
  type NewServicePlan,
  type ServicePlanChange,
  type ServicePlanChangePreview,
  ServicePlansService,
  type ServicePlanView,
} from './service-plans.service';
export { endOfPeriod, firstPeriod, nextPeriod, type PaidUntil, type Validity } from './validity.rules';

export const servicePlansEntities = [ServicePlan];

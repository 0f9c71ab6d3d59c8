import { Global, Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { PlanLimits } from '@jala/infra/tenancy';
import { SubscribedPlanLimits } from './plan-limits';
import { PlansRepository } from './plans.repository';
import { PlansService } from './plans.service';
import { SubscriptionsService } from './subscriptions.service';

/** Global because it binds `PlanLimits`, which the tenant side asks without knowing plans. */
@Global()
@Module({
  imports: [CentralActivityModule],
  providers: [PlansRepository, PlansService, SubscriptionsService, { provide: PlanLimits, useClass: SubscribedPlanLimits }],
  exports: [PlansService, SubscriptionsService, PlanLimits],
})
export class PlansModule {}

import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { PlanRefreshesRepository } from './plan-refreshes.repository';
import { ServicePlansRepository } from './service-plans.repository';
import { ServicePlansService } from './service-plans.service';

@Module({
  imports: [RadiusModule, TenantActivityModule],
  providers: [ServicePlansRepository, PlanRefreshesRepository, ServicePlansService],
  exports: [ServicePlansService, PlanRefreshesRepository],
})
export class ServicePlansModule {}

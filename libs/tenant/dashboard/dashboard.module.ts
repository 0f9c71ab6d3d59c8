import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { CustomersModule } from '@jala/tenant/customers';
import { RoutersModule } from '@jala/tenant/routers';
import { SessionsModule } from '@jala/tenant/sessions';
import { DashboardService } from './dashboard.service';

@Module({
  imports: [RadiusModule, CustomersModule, RoutersModule, SessionsModule],
  providers: [DashboardService],
  exports: [DashboardService],
})
export class DashboardModule {}

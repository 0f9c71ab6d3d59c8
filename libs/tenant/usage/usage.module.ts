import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { CustomersModule } from '@jala/tenant/customers';
import { RoutersModule } from '@jala/tenant/routers';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { LiveTrafficService } from './live-traffic.service';
import { SessionExportService } from './session-export.service';
import { UsageRepository } from './usage.repository';
import { UsageService } from './usage.service';

@Module({
  imports: [RadiusModule, CustomersModule, RoutersModule, ServicePlansModule],
  providers: [UsageRepository, UsageService, LiveTrafficService, SessionExportService],
  exports: [UsageService, LiveTrafficService, SessionExportService],
})
export class UsageModule {}

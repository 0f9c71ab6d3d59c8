import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { CustomersModule } from '@jala/tenant/customers';
import { RoutersModule } from '@jala/tenant/routers';
import { DisconnectionsService } from './disconnections.service';
import { LiveSessionsService } from './live-sessions.service';
import { DisconnectUser } from './sessions.jobs';
import { SessionsService } from './sessions.service';

@Module({
  imports: [RadiusModule, TenantActivityModule, CustomersModule, RoutersModule],
  providers: [SessionsService, LiveSessionsService, DisconnectionsService, DisconnectUser],
  exports: [SessionsService, LiveSessionsService],
})
export class SessionsModule {}

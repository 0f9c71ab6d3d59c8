import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { CustomersModule } from '@jala/tenant/customers';
import { RoutersModule } from '@jala/tenant/routers';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { CoaAttemptsService } from './coa-attempts.service';
import { DisconnectionsService } from './disconnections.service';
import { LimitsWatchService } from './limits-watch.service';
import { LiveSessionsService } from './live-sessions.service';
import { MassDisconnectsRepository } from './mass-disconnects.repository';
import { MassDisconnectsService } from './mass-disconnects.service';
import { PlanRefreshRunner } from './plan-refresh-runner';
import { RefreshesService } from './refreshes.service';
import { SessionCommands } from './session-commands.service';
import { DisconnectMany, DisconnectSession, DisconnectUser, RefreshPlan, RefreshUser, WatchLimits } from './sessions.jobs';
import { SessionsService } from './sessions.service';

@Module({
  imports: [RadiusModule, TenantActivityModule, CustomersModule, RoutersModule, ServicePlansModule],
  providers: [
    SessionsService,
    LiveSessionsService,
    SessionCommands,
    DisconnectionsService,
    RefreshesService,
    PlanRefreshRunner,
    MassDisconnectsRepository,
    MassDisconnectsService,
    CoaAttemptsService,
    LimitsWatchService,
    DisconnectUser,
    DisconnectSession,
    DisconnectMany,
    RefreshUser,
    RefreshPlan,
    WatchLimits,
  ],
  exports: [SessionsService, LiveSessionsService, DisconnectionsService, MassDisconnectsService, CoaAttemptsService],
})
export class SessionsModule {}

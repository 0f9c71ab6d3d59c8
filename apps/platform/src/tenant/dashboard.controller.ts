import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { type Dashboard, DashboardService } from '@jala/tenant/dashboard';
import { SessionDto, toSession } from './sessions.dto';

export class CustomerNumbersDto {
  @ApiProperty() total: number;
  @ApiProperty() active: number;
  @ApiProperty() suspended: number;
  @ApiProperty() expired: number;
}

export class RouterNumbersDto {
  @ApiProperty() total: number;
  @ApiProperty({ description: 'Heard from within the last 15 minutes' }) online: number;
}

export class DashboardDto {
  @ApiProperty({ type: CustomerNumbersDto }) customers: CustomerNumbersDto;
  @ApiProperty() sessions_online: number;
  @ApiProperty({ type: RouterNumbersDto }) routers: RouterNumbersDto;
  @ApiProperty({ description: "Up and down together, since midnight in the tenant's time zone" }) traffic_today_bytes: number;
  @ApiProperty({ description: 'Today and the six days before' }) new_customers_7d: number;
  @ApiProperty({ type: [SessionDto], description: 'The last that began and are still there' }) recent_sessions: SessionDto[];
}

const toDashboard = (dashboard: Dashboard): DashboardDto => ({
  customers: dashboard.customers,
  sessions_online: dashboard.sessionsOnline,
  routers: dashboard.routers,
  traffic_today_bytes: dashboard.trafficTodayBytes,
  new_customers_7d: dashboard.newCustomers,
  recent_sessions: dashboard.recentSessions.map(toSession),
});

@ApiTags('dashboard')
@Controller('tenant/dashboard')
export class DashboardController {
  constructor(private readonly dashboard: DashboardService) {}

  @Get()
  @Can('dashboard.view')
  @ApiOkResponse({ type: DashboardDto })
  async overview(@CurrentActor() actor: Actor): Promise<DashboardDto> {
    return toDashboard(await this.dashboard.overview(actor));
  }
}

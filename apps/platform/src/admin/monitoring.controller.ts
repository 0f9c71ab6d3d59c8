import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { AlertsService, MonitoringService } from '@jala/central/monitoring';
import { Can, CurrentActor } from '@jala/infra/authz';
import { type PageBody, PageQuery, pageRequestOf, toPage } from '../http/paging';
import {
  type AlertDto,
  AlertPageDto,
  MonitoringDto,
  OpenAlertsDto,
  ProbeHistoryDto,
  toAlert,
  toMonitoring,
  toProbeBucket,
} from './monitoring.dto';

/** What the platform rests on: RADIUS, databases, Redis, queues; and what was wrong with it. */
@ApiTags('monitoring')
@Controller('platform/monitoring')
export class MonitoringController {
  constructor(
    private readonly monitoring: MonitoringService,
    private readonly alerts: AlertsService,
  ) {}

  /** As a worker saw it at its last look, every ten seconds. */
  @Get()
  @Can('monitoring.view')
  @ApiOkResponse({ type: MonitoringDto })
  async view(@CurrentActor() actor: Actor): Promise<MonitoringDto> {
    return toMonitoring(await this.monitoring.view(actor));
  }

  /** The synthetic logins of the last 24 hours, ten minutes together. */
  @Get('logins')
  @Can('monitoring.view')
  @ApiOkResponse({ type: ProbeHistoryDto })
  async logins(@CurrentActor() actor: Actor): Promise<ProbeHistoryDto> {
    return { data: (await this.monitoring.probeHistory(actor)).map(toProbeBucket) };
  }

  /** Those that last come first, then the newest. */
  @Get('alerts')
  @Can('monitoring.view')
  @ApiOkResponse({ type: AlertPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<PageBody<AlertDto>> {
    return toPage(await this.alerts.list(actor, pageRequestOf(query)), query, toAlert);
  }

  /** Those that last, for the notice on every page. */
  @Get('alerts/open')
  @Can('monitoring.view')
  @ApiOkResponse({ type: OpenAlertsDto })
  async open(@CurrentActor() actor: Actor): Promise<OpenAlertsDto> {
    return { data: (await this.alerts.open(actor)).map(toAlert) };
  }
}

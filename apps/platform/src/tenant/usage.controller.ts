import type { Readable } from 'node:stream';
import { Controller, Get, type MessageEvent, Param, ParseIntPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { LiveTrafficService, SessionExportService, UsageService } from '@jala/tenant/usage';
import { map, type Observable } from 'rxjs';
import { Sse } from '../http/methods';
import {
  LiveTrafficDto,
  PeriodQuery,
  PlanUsageDto,
  RouterUsageDto,
  SessionExportQuery,
  toLiveTraffic,
  TopQuery,
  toPlanUsage,
  toRouterUsage,
  toUsageReport,
  toUserUsage,
  UsageQuery,
  UsageReportDto,
  usageRequestOf,
  UserUsageDto,
} from './usage.dto';

const asFile = ({ name, file }: { name: string; file: Readable }): StreamableFile =>
  new StreamableFile(file, { type: 'text/csv; charset=utf-8', disposition: `attachment; filename="${name}"` });

/** How much, by whom, through what: now, and on each day of the tenant's calendar. */
@ApiTags('usage')
@Controller('tenant')
export class UsageController {
  constructor(
    private readonly usage: UsageService,
    private readonly live: LiveTrafficService,
    private readonly sessions: SessionExportService,
  ) {}

  @Get('usage/days')
  @Can('reports.view')
  @ApiOkResponse({ type: UsageReportDto })
  async days(@CurrentActor() actor: Actor, @Query() query: UsageQuery): Promise<UsageReportDto> {
    return toUsageReport(await this.usage.report(actor, usageRequestOf(query)));
  }

  /** The busiest first. */
  @Get('usage/routers')
  @Can('reports.view')
  @ApiOkResponse({ type: [RouterUsageDto] })
  async routers(@CurrentActor() actor: Actor, @Query() query: UsageQuery): Promise<RouterUsageDto[]> {
    return (await this.usage.byRouter(actor, usageRequestOf(query))).map(toRouterUsage);
  }

  /** By the plan that each customer has now, the busiest first. */
  @Get('usage/plans')
  @Can('reports.view')
  @ApiOkResponse({ type: [PlanUsageDto] })
  async plans(@CurrentActor() actor: Actor, @Query() query: UsageQuery): Promise<PlanUsageDto[]> {
    return (await this.usage.byPlan(actor, usageRequestOf(query))).map(toPlanUsage);
  }

  /** Who moved most. */
  @Get('usage/top')
  @Can('reports.view')
  @ApiOkResponse({ type: [UserUsageDto] })
  async top(@CurrentActor() actor: Actor, @Query() query: TopQuery): Promise<UserUsageDto[]> {
    return (await this.usage.top(actor, usageRequestOf(query), query.limit)).map(toUserUsage);
  }

  /** One line for each day, user and router, however many there are. */
  @Get('usage/export')
  @Can('reports.view')
  @ApiProduces('text/csv')
  @ApiOkResponse({ type: String })
  async export(@CurrentActor() actor: Actor, @Query() query: UsageQuery): Promise<StreamableFile> {
    return asFile(await this.usage.export(actor, usageRequestOf(query)));
  }

  @Get('customers/:id/usage')
  @Can('customers.view')
  @ApiOkResponse({ type: UsageReportDto })
  async ofCustomer(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Query() query: PeriodQuery,
  ): Promise<UsageReportDto> {
    return toUsageReport(await this.usage.ofCustomer(actor, id, query));
  }

  /** Who is online and how fast, by router and by plan. */
  @Get('sessions/live')
  @Can('sessions.view')
  @ApiOkResponse({ type: LiveTrafficDto })
  async now(@CurrentActor() actor: Actor): Promise<LiveTrafficDto> {
    return toLiveTraffic(await this.live.now(actor));
  }

  /** The same as it changes: an event `traffic` now and whenever something is new. */
  @Sse('sessions/live/events')
  @Can('sessions.view')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ type: LiveTrafficDto, description: 'The data of each event `traffic`' })
  events(@CurrentActor() actor: Actor): Observable<MessageEvent> {
    return this.live.watch(actor).pipe(map((traffic) => ({ type: 'traffic', data: toLiveTraffic(traffic) })));
  }

  /** The sessions that ended in the period, newest first. */
  @Get('sessions/export')
  @Can('sessions.view')
  @ApiProduces('text/csv')
  @ApiOkResponse({ type: String })
  async exportSessions(@CurrentActor() actor: Actor, @Query() { from, to, router_id }: SessionExportQuery): Promise<StreamableFile> {
    return asFile(await this.sessions.export(actor, { from, to, routerId: router_id }));
  }
}

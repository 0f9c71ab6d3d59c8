import { Controller, Get, Param, ParseIntPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { DiagnosisService, TimelineService } from '@jala/tenant/timeline';
import { DiagnosisDto, LoginsQuery, TimelineDto, TimelineQuery, timelineRequestOf, toDiagnosis, toTimeline } from './timeline.dto';

/** Why somebody cannot connect. Pages go on by `before`, so they stay right while new entries arrive. */
@ApiTags('timeline')
@Controller('tenant')
export class TimelineController {
  constructor(
    private readonly timelines: TimelineService,
    private readonly diagnoses: DiagnosisService,
  ) {}

  /** Logins, sessions, answers of routers and changes of status and plan, newest first. A row of equal refusals is one entry. */
  @Get('customers/:id/timeline')
  @Can('customers.view')
  @ApiOkResponse({ type: TimelineDto })
  async ofCustomer(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Query() query: TimelineQuery,
  ): Promise<TimelineDto> {
    return toTimeline(await this.timelines.ofCustomer(actor, id, timelineRequestOf(query)));
  }

  /** Why they are not connected, or that they are, as of now. */
  @Get('customers/:id/diagnosis')
  @Can('customers.view')
  @ApiOkResponse({ type: DiagnosisDto })
  async diagnosis(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<DiagnosisDto> {
    return toDiagnosis(await this.diagnoses.ofCustomer(actor, id));
  }

  @Get('routers/:id/timeline')
  @Can('routers.view')
  @ApiOkResponse({ type: TimelineDto })
  async ofRouter(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Query() query: TimelineQuery): Promise<TimelineDto> {
    return toTimeline(await this.timelines.ofRouter(actor, id, timelineRequestOf(query)));
  }

  /** Over all users, also names nobody has: that is how a mistyped one is found. */
  @Get('logins')
  @Can('sessions.view')
  @ApiOkResponse({ type: TimelineDto })
  async logins(@CurrentActor() actor: Actor, @Query() { reply, search, before }: LoginsQuery): Promise<TimelineDto> {
    return toTimeline(await this.timelines.logins(actor, { accepted: reply === 'accept', search: search?.trim() || undefined, before }));
  }
}

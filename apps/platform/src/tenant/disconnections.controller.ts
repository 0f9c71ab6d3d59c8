import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { CoaAttemptsService, DisconnectionsService, MassDisconnectsService } from '@jala/tenant/sessions';
import { Post } from '../http/methods';
import { type PageBody, toPage } from '../http/paging';
import {
  CoaAttemptDto,
  CoaAttemptPageDto,
  coaAttemptsOf,
  CoaAttemptsQuery,
  MassDisconnectDto,
  MassPreviewDto,
  MassTargetDto,
  massTargetOf,
  toCoaAttempt,
  toMassDisconnect,
  toMassPreview,
} from './disconnections.dto';

@ApiTags('sessions')
@Controller('tenant')
@Can('sessions.disconnect')
export class DisconnectionsController {
  constructor(
    private readonly disconnections: DisconnectionsService,
    private readonly runs: MassDisconnectsService,
    private readonly attempts: CoaAttemptsService,
  ) {}

  /** The router is asked at once; `disconnection` of the session and its CoA attempts say what it answered. */
  @Post('sessions/:session_id/disconnect')
  @HttpCode(202)
  @ApiAcceptedResponse()
  ofSession(@CurrentActor() actor: Actor, @Param('session_id', ParseIntPipe) sessionId: number): Promise<void> {
    return this.disconnections.requestForSession(actor, sessionId);
  }

  /** All sessions of the customer. Nothing keeps the customer from connecting again. */
  @Post('customers/:id/disconnect')
  @HttpCode(202)
  @ApiAcceptedResponse()
  ofCustomer(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.disconnections.requestForCustomer(actor, id);
  }

  /** How many sessions a mass disconnection would end now. */
  @Get('mass-disconnects/preview')
  @ApiOkResponse({ type: MassPreviewDto })
  async preview(@CurrentActor() actor: Actor, @Query() target: MassTargetDto): Promise<MassPreviewDto> {
    return toMassPreview(await this.runs.preview(actor, massTargetOf(target)));
  }

  /** Ends all sessions of one plan or one router that are open now. */
  @Post('mass-disconnects')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: MassDisconnectDto })
  async start(@CurrentActor() actor: Actor, @Body() target: MassTargetDto): Promise<MassDisconnectDto> {
    return toMassDisconnect(await this.runs.start(actor, massTargetOf(target)));
  }

  /** How far it is. */
  @Get('mass-disconnects/:run_id')
  @ApiOkResponse({ type: MassDisconnectDto })
  async progress(@CurrentActor() actor: Actor, @Param('run_id', ParseIntPipe) runId: number): Promise<MassDisconnectDto> {
    return toMassDisconnect(await this.runs.get(actor, runId));
  }

  /** What routers were asked to do with sessions, and what they said, newest first. */
  @Get('coa-attempts')
  @Can('sessions.view')
  @ApiOkResponse({ type: CoaAttemptPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: CoaAttemptsQuery): Promise<PageBody<CoaAttemptDto>> {
    return toPage(await this.attempts.list(actor, coaAttemptsOf(query)), query, toCoaAttempt);
  }
}

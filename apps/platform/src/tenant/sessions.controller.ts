import { Controller, Get, type MessageEvent, Param, ParseIntPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { LiveSessionsService, SessionsService } from '@jala/tenant/sessions';
import { map, type Observable } from 'rxjs';
import { Sse } from '../http/methods';
import { type PageBody, PageQuery, pageRequestOf, toPage } from '../http/paging';
import {
  LoginAttemptDto,
  LoginAttemptPageDto,
  OnlineDto,
  SessionDto,
  sessionFilterOf,
  SessionPageDto,
  SessionQuery,
  toLoginAttempt,
  toSession,
} from './sessions.dto';

@ApiTags('sessions')
@Controller('tenant')
export class TenantSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly live: LiveSessionsService,
  ) {}

  /** Newest first, or with `sort=rate` the fastest of those who are online. Search takes the start of a username, a whole IP address or a whole MAC address; `total` stops at 10,000. */
  @Get('sessions')
  @Can('sessions.view')
  @ApiOkResponse({ type: SessionPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: SessionQuery): Promise<PageBody<SessionDto>> {
    return toPage(await this.sessions.list(actor, pageRequestOf(query), sessionFilterOf(query)), query, toSession);
  }

  /** How many sessions there are: an event `sessions` now and whenever the number changes. */
  @Sse('sessions/events')
  @Can('sessions.view')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ type: OnlineDto, description: 'The data of each event `sessions`' })
  events(@CurrentActor() actor: Actor): Observable<MessageEvent> {
    return this.live
      .watch(actor)
      .pipe(map(({ online, at }) => ({ type: 'sessions', data: { online, at: at.toISOString() } satisfies OnlineDto })));
  }

  /** Open ones first, then the last that ended. */
  @Get('customers/:id/sessions')
  @Can('customers.view')
  @ApiOkResponse({ type: SessionPageDto })
  async ofCustomer(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Query() query: PageQuery,
  ): Promise<PageBody<SessionDto>> {
    return toPage(await this.sessions.ofCustomer(actor, id, pageRequestOf(query)), query, toSession);
  }

  /** Newest first, with the reason where one was refused. */
  @Get('customers/:id/logins')
  @Can('customers.view')
  @ApiOkResponse({ type: LoginAttemptPageDto })
  async loginsOfCustomer(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Query() query: PageQuery,
  ): Promise<PageBody<LoginAttemptDto>> {
    return toPage(await this.sessions.loginsOfCustomer(actor, id, pageRequestOf(query)), query, toLoginAttempt);
  }
}

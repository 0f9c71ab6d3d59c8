import { Body, Controller, HttpCode, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DomainError } from '@jala/contracts';
import { Authenticated, CurrentPrincipal, type Principal, Public } from '@jala/infra/authz';
import { type Login, LoginService, SessionsService } from '@jala/infra/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Post } from '../http/methods';
import { LoginAnswerDto, LoginDto, RefreshDto, toLoginAnswer } from './account.dto';
import { originOf } from './login-origin';
import { RefreshCookie } from './refresh-cookie';

const TOKEN_TRANSPORT = {
  name: 'X-Token-Transport',
  required: false,
  enum: ['cookie'],
  description: 'Keep the refresh token in an HttpOnly cookie',
};

@ApiTags('login')
@Controller()
export class SessionsController {
  constructor(
    private readonly logins: LoginService,
    private readonly sessions: SessionsService,
    private readonly cookie: RefreshCookie,
  ) {}

  /** Platform staff on the platform's host, a tenant's staff on that tenant's. */
  @Post('login')
  @Public()
  @HttpCode(200)
  @ApiHeader(TOKEN_TRANSPORT)
  @ApiOkResponse({ type: LoginAnswerDto })
  async login(
    @Body() body: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswerDto> {
    return this.answer(await this.logins.login(body, originOf(request)), request, reply);
  }

  /** A refresh token works once; the answer holds its successor. */
  @Post('token/refresh')
  @Public()
  @HttpCode(200)
  @ApiHeader(TOKEN_TRANSPORT)
  @ApiOkResponse({ type: LoginAnswerDto })
  async refresh(
    @Body() body: RefreshDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswerDto> {
    const token = body.refresh_token ?? this.cookie.read(request);
    if (!token) throw new DomainError('REFRESH_TOKEN_INVALID');
    try {
      return this.answer(await this.sessions.refresh(token, originOf(request)), request, reply);
    } catch (error) {
      // Only a session that has ended loses its cookie: a database that is away must not log everybody out.
      const hasEnded = error instanceof DomainError && error.code === 'REFRESH_TOKEN_INVALID';
      if (hasEnded && this.cookie.isWanted(request)) this.cookie.clear(reply);
      throw error;
    }
  }

  @Post('logout')
  @Authenticated()
  @HttpCode(204)
  @ApiNoContentResponse()
  async logout(@CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.endCurrent(principal);
    this.cookie.clear(reply);
  }

  /** Ends every session of the account, this one included. */
  @Post('logout/everywhere')
  @Authenticated()
  @HttpCode(204)
  @ApiNoContentResponse()
  async logoutEverywhere(@CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.endEverywhere(principal);
    this.cookie.clear(reply);
  }

  private answer(login: Login, request: FastifyRequest, reply: FastifyReply): LoginAnswerDto {
    void reply.header('cache-control', 'no-store');
    if (!this.cookie.isWanted(request)) return toLoginAnswer(login, login.refreshToken);
    this.cookie.write(reply, login.refreshToken, login.refreshExpiresAt);
    return toLoginAnswer(login, null);
  }
}

import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Locale } from '@jala/contracts';
import { Authenticated, CurrentPrincipal, type Principal } from '@jala/infra/authz';
import { type Account, OwnAccountService, PasswordsService, SessionsService } from '@jala/infra/identity';
import type { FastifyRequest } from 'fastify';
import QRCode from 'qrcode';
import { Post } from '../http/methods';
import {
  ChangeEmailDto,
  ChangePasswordDto,
  MeDto,
  PasswordProofDto,
  RecoveryCodesDto,
  LoginSessionListDto,
  toSession,
  toUser,
  TwoFactorCodeDto,
  TwoFactorSetupDto,
  UpdateProfileDto,
} from './account.dto';

@ApiTags('own account')
@Controller('me')
@Authenticated()
export class MeController {
  constructor(
    private readonly account: OwnAccountService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  @ApiOkResponse({ type: MeDto })
  async me(@CurrentPrincipal() principal: Principal, @Req() request: FastifyRequest): Promise<MeDto> {
    return toMe(await this.account.get(principal), principal, request);
  }

  @Patch()
  @ApiOkResponse({ type: MeDto })
  async update(@CurrentPrincipal() principal: Principal, @Body() body: UpdateProfileDto, @Req() request: FastifyRequest): Promise<MeDto> {
    return toMe(await this.account.update(principal, body), principal, request);
  }

  /** Ends every other session of the account. */
  @Post('password')
  @HttpCode(204)
  @ApiNoContentResponse()
  changePassword(@CurrentPrincipal() principal: Principal, @Body() body: ChangePasswordDto): Promise<void> {
    return this.passwords.change(principal, body.current_password, body.new_password);
  }

  /** Also what one logs in with. The old address gets a last message, and links sent to it are void. */
  @Post('email')
  @HttpCode(200)
  @ApiOkResponse({ type: MeDto })
  async changeEmail(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ChangeEmailDto,
    @Req() request: FastifyRequest,
  ): Promise<MeDto> {
    return toMe(await this.account.changeEmail(principal, body.current_password, body.email), principal, request);
  }

  @Get('sessions')
  @ApiOkResponse({ type: LoginSessionListDto })
  async listSessions(@CurrentPrincipal() principal: Principal): Promise<LoginSessionListDto> {
    const sessions = await this.sessions.list(principal);
    return { data: sessions.map((session) => toSession(session, principal.sessionId)) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiNoContentResponse()
  endSession(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.sessions.end(principal, id);
  }

  /** Begins the set-up of two-factor login; nothing changes until a code has confirmed it. */
  @Post('two-factor')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ type: TwoFactorSetupDto })
  async beginTwoFactor(@CurrentPrincipal() principal: Principal, @Body() body: PasswordProofDto): Promise<TwoFactorSetupDto> {
    const { secret, uri } = await this.account.beginTwoFactor(principal, body.password);
    return { secret, otpauth_uri: uri, qr_svg: await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' }) };
  }

  @Post('two-factor/confirm')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ type: RecoveryCodesDto })
  async confirmTwoFactor(@CurrentPrincipal() principal: Principal, @Body() body: TwoFactorCodeDto): Promise<RecoveryCodesDto> {
    return { recovery_codes: await this.account.confirmTwoFactor(principal, body.code) };
  }

  @Post('two-factor/disable')
  @HttpCode(204)
  @ApiNoContentResponse()
  disableTwoFactor(@CurrentPrincipal() principal: Principal, @Body() body: PasswordProofDto): Promise<void> {
    return this.account.disableTwoFactor(principal, body.password);
  }
}

function toMe(account: Account, principal: Principal, { tenant }: FastifyRequest): MeDto {
  const user = toUser(account, principal.actor.permissions);
  if (!tenant) return user;
  const { slug, name, timezone, currency } = tenant;
  return { ...user, tenant: { slug, name, timezone, currency, locale: tenant.locale as Locale } };
}

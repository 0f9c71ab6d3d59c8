import { Body, Controller, HttpCode, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '@jala/infra/authz';
import { PasswordsService } from '@jala/infra/identity';
import type { FastifyRequest } from 'fastify';
import { Post } from '../http/methods';
import { ForgotPasswordDto, ResetPasswordDto } from './account.dto';
import { originOf } from './login-origin';

@ApiTags('login')
@Controller('password')
export class PasswordsController {
  constructor(private readonly passwords: PasswordsService) {}

  /** Answers the same whether or not the account exists. */
  @Post('forgot')
  @Public()
  @HttpCode(202)
  @ApiAcceptedResponse()
  forgot(@Body() body: ForgotPasswordDto, @Req() request: FastifyRequest): Promise<void> {
    return this.passwords.forgot(body.email, originOf(request));
  }

  @Post('reset')
  @Public()
  @HttpCode(204)
  @ApiNoContentResponse()
  reset(@Body() body: ResetPasswordDto, @Req() request: FastifyRequest): Promise<void> {
    return this.passwords.reset(body.token, body.password, originOf(request));
  }
}

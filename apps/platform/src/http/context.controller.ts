import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { AUDIENCES, LOCALES, TENANT_STATUSES, VERSION, type Audience, type TenantStatus } from '@jala/contracts';
import { Public } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';
import type { FastifyRequest } from 'fastify';

class ContextTenantDto {
  @ApiProperty() slug: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: TENANT_STATUSES }) status: TenantStatus;
  @ApiProperty({ enum: LOCALES }) locale: string;
  @ApiProperty({ example: 'Asia/Jakarta' }) timezone: string;
  @ApiProperty({ example: 'IDR' }) currency: string;
}

class ContextDto {
  @ApiProperty({ enum: AUDIENCES }) audience: Audience;
  @ApiProperty() version: string;
  @ApiProperty({ description: 'True where mails land in the local outbox page.' }) local_mail: boolean;
  @ApiPropertyOptional({ type: ContextTenantDto }) tenant?: ContextTenantDto;
}

@ApiTags('context')
@Controller('context')
export class ContextController {
  constructor(private readonly config: AppConfig) {}

  /** Tells the web whom this host serves, before anybody has logged in. */
  @Get()
  @Public()
  @ApiOkResponse({ type: ContextDto })
  context(@Req() request: FastifyRequest): ContextDto {
    const entry = request.tenant;
    return {
      audience: entry ? 'tenant' : 'platform',
      version: VERSION,
      local_mail: this.config.mail.transport === 'local' && this.config.env !== 'production',
      ...(entry && {
        tenant: {
          slug: entry.slug,
          name: entry.name,
          status: entry.status,
          locale: entry.locale,
          timezone: entry.timezone,
          currency: entry.currency,
        },
      }),
    };
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { DomainError } from '@jala/contracts';
import { Public } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';
import { DevMailsRepository } from '@jala/infra/mail';

const SHOWN = 50;

class DevMailDto {
  @ApiProperty() id: number;
  @ApiProperty() to: string;
  @ApiProperty() subject: string;
  @ApiProperty() text: string;
  @ApiProperty() html: string;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

class DevMailListDto {
  @ApiProperty({ type: [DevMailDto] }) data: DevMailDto[];
}

@ApiTags('development')
@Controller('dev/mails')
export class DevMailsController {
  constructor(
    private readonly mails: DevMailsRepository,
    private readonly config: AppConfig,
  ) {}

  /** The mails that would have been sent: on a tenant's host its own, on the platform's all. Exists only where no mail server is configured, and never in production. */
  @Get()
  @Public()
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ type: DevMailListDto })
  async list(): Promise<DevMailListDto> {
    if (this.config.isProduction || this.config.mail.transport !== 'local') throw new DomainError('NOT_FOUND');
    const mails = await this.mails.latest(SHOWN);
    return { data: mails.map(({ createdAt, ...mail }) => ({ ...mail, created_at: createdAt.toISOString() })) };
  }
}

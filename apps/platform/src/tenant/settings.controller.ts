import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { type Actor, type Locale, LOCALES } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { SettingsService, type SettingsView } from '@jala/tenant/settings';
import { IsIn, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { EmptyIsNull, IfGiven, isGiven, Line, OptionalText } from './fields';

export class UpdateSettingsDto {
  @ApiPropertyOptional({ maxLength: 120 })
  @IfGiven()
  @Line(120)
  name?: string;

  @ApiPropertyOptional({ description: 'IANA time zone', example: 'Asia/Jakarta' })
  @IfGiven()
  @IsString()
  @MaxLength(64)
  timezone?: string;

  @ApiPropertyOptional({ description: 'ISO 4217. Amounts already written keep theirs', example: 'IDR' })
  @IfGiven()
  @Matches(/^[A-Z]{3}$/)
  currency?: string;

  @ApiPropertyOptional({ enum: LOCALES })
  @IfGiven()
  @IsIn(LOCALES)
  locale?: Locale;

  @ApiPropertyOptional({ type: String, nullable: true })
  @EmptyIsNull()
  @ValidateIf(isGiven)
  @Matches(/^[+\d][\d ().-]{4,31}$/)
  phone?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 255 })
  @OptionalText(255)
  address?: string | null;
}

export class SettingsDto {
  @ApiProperty() name: string;
  @ApiProperty() timezone: string;
  @ApiProperty() currency: string;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ type: String, nullable: true }) phone: string | null;
  @ApiProperty({ type: String, nullable: true }) address: string | null;
}

const toSettings = ({ name, timezone, currency, locale, phone, address }: SettingsView): SettingsDto => ({
  name,
  timezone,
  currency,
  locale,
  phone,
  address,
});

@ApiTags('settings')
@Controller('tenant/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @Can('settings.view')
  @ApiOkResponse({ type: SettingsDto })
  async get(@CurrentActor() actor: Actor): Promise<SettingsDto> {
    return toSettings(await this.settings.get(actor));
  }

  @Patch()
  @Can('settings.manage')
  @ApiOkResponse({ type: SettingsDto })
  async update(@CurrentActor() actor: Actor, @Body() body: UpdateSettingsDto): Promise<SettingsDto> {
    return toSettings(await this.settings.update(actor, body));
  }
}

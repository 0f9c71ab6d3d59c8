import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { type Actor, type Locale, LOCALES } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { KEEP_LOGINS_DAYS, KEEP_SESSIONS_MONTHS, type SettingsChange, SettingsService, type SettingsView } from '@jala/tenant/settings';
import { IsIn, IsInt, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { EmptyIsNull, IfGiven, isGiven, Line, OptionalText } from './fields';

const within = ({ min, max }: { min: number; max: number }) => ({ minimum: min, maximum: max });

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

  @ApiPropertyOptional({
    ...within(KEEP_SESSIONS_MONTHS),
    description: 'Ended sessions older than so many whole months are deleted. Owner only',
  })
  @IfGiven()
  @IsInt()
  @Min(KEEP_SESSIONS_MONTHS.min)
  @Max(KEEP_SESSIONS_MONTHS.max)
  keep_sessions_months?: number;

  @ApiPropertyOptional({ ...within(KEEP_LOGINS_DAYS), description: 'Attempts to log in older than so many days are deleted. Owner only' })
  @IfGiven()
  @IsInt()
  @Min(KEEP_LOGINS_DAYS.min)
  @Max(KEEP_LOGINS_DAYS.max)
  keep_logins_days?: number;
}

export class SettingsDto {
  @ApiProperty() name: string;
  @ApiProperty() timezone: string;
  @ApiProperty() currency: string;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ type: String, nullable: true }) phone: string | null;
  @ApiProperty({ type: String, nullable: true }) address: string | null;
  @ApiProperty() keep_sessions_months: number;
  @ApiProperty() keep_logins_days: number;
}

const settingsChangeOf = ({ keep_sessions_months, keep_logins_days, ...change }: UpdateSettingsDto): SettingsChange => ({
  ...change,
  keepSessionsMonths: keep_sessions_months,
  keepLoginsDays: keep_logins_days,
});

const toSettings = ({
  name,
  timezone,
  currency,
  locale,
  phone,
  address,
  keepSessionsMonths,
  keepLoginsDays,
}: SettingsView): SettingsDto => ({
  name,
  timezone,
  currency,
  locale,
  phone,
  address,
  keep_sessions_months: keepSessionsMonths,
  keep_logins_days: keepLoginsDays,
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
    return toSettings(await this.settings.update(actor, settingsChangeOf(body)));
  }
}

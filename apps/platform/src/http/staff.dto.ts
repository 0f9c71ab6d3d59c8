import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { LOCALES, PLATFORM_ROLES, TENANT_ROLES, type Locale } from '@jala/contracts';
import type { Account, AccountInput, NewAccountInput } from '@jala/infra/identity';
import { Transform } from 'class-transformer';
import { IsBoolean, IsEmail, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { PageMetaDto, PageQuery } from './paging';

const ROLES: readonly string[] = [...PLATFORM_ROLES, ...TENANT_ROLES];

export class StaffQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ROLES })
  @IsOptional()
  @IsIn(ROLES)
  role?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  active?: boolean;
}

export class CreateStaffDto {
  @ApiProperty({ maxLength: 120 })
  @IsString()
  @Length(1, 120)
  name: string;

  @ApiProperty({ format: 'email' })
  @IsEmail()
  @MaxLength(190)
  email: string;

  @ApiProperty({ enum: ROLES })
  @IsString()
  @MaxLength(32)
  role: string;

  @ApiPropertyOptional({ default: true })
  @IsOptional()
  @IsBoolean()
  active?: boolean;

  @ApiPropertyOptional({ enum: LOCALES })
  @IsOptional()
  @IsIn(LOCALES)
  locale?: Locale;

  @ApiPropertyOptional({ format: 'password', description: 'Absent: the person is invited by mail and chooses one' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  password?: string;
}

export class UpdateStaffDto {
  @ApiPropertyOptional({ maxLength: 120 })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string;

  @ApiPropertyOptional({ format: 'email' })
  @IsOptional()
  @IsEmail()
  @MaxLength(190)
  email?: string;

  @ApiPropertyOptional({ enum: ROLES })
  @IsOptional()
  @IsString()
  @MaxLength(32)
  role?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsBoolean()
  active?: boolean;

  @ApiPropertyOptional({ enum: LOCALES })
  @IsOptional()
  @IsIn(LOCALES)
  locale?: Locale;

  @ApiPropertyOptional({ format: 'password', description: 'Ends every session of the person' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  password?: string;
}

export class StaffDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() email: string;
  @ApiProperty({ enum: ROLES }) role: string;
  @ApiProperty() active: boolean;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ description: 'True until the person has chosen a password' }) invited: boolean;
  @ApiProperty() two_factor_enabled: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) locked_until: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_login_at: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class StaffPageDto {
  @ApiProperty({ type: [StaffDto] }) data: StaffDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

/** The form sends an empty password for "leave it as it is" and "invite by mail". */
const withoutEmptyPassword = <T extends { password?: string }>(body: T): T =>
  body.password === '' ? { ...body, password: undefined } : body;

export const newAccountOf = (body: CreateStaffDto): NewAccountInput => withoutEmptyPassword({ ...body, name: body.name.trim() });

export const accountChangesOf = (body: UpdateStaffDto): AccountInput => withoutEmptyPassword({ ...body, name: body.name?.trim() });

export const toStaff = (account: Account): StaffDto => ({
  id: account.id,
  name: account.name,
  email: account.email,
  role: account.role,
  active: account.active,
  locale: account.locale,
  invited: account.passwordHash === null,
  two_factor_enabled: account.twoFactorEnabledAt !== null,
  locked_until: account.lockedUntil && account.lockedUntil > new Date() ? account.lockedUntil.toISOString() : null,
  last_login_at: account.lastLoginAt?.toISOString() ?? null,
  created_at: account.createdAt.toISOString(),
});

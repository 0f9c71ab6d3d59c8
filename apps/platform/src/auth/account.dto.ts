import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { LOCALES, type Locale, type Permission } from '@jala/contracts';
import type { Account, Login, Session } from '@jala/infra/identity';
import { IsEmail, IsIn, IsNotEmpty, IsOptional, IsString, Length, MaxLength } from 'class-validator';

/** Passwords are limited when chosen; a longer one can only be wrong and is not worth hashing. */
const MAX_PASSWORD = 200;
const MAX_EMAIL = 190;

export class LoginDto {
  @ApiProperty({ format: 'email' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_EMAIL)
  email: string;

  @ApiProperty({ format: 'password' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_PASSWORD)
  password: string;

  @ApiPropertyOptional({ description: 'Six digits from the authenticator app, or a recovery code' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  code?: string;
}

export class RefreshDto {
  @ApiPropertyOptional({ description: 'Not needed with X-Token-Transport: cookie' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  refresh_token?: string;
}

export class ForgotPasswordDto {
  @ApiProperty({ format: 'email' })
  @IsEmail()
  @MaxLength(MAX_EMAIL)
  email: string;
}

export class ResetPasswordDto {
  @ApiProperty()
  @IsString()
  @Length(1, 100)
  token: string;

  @ApiProperty({ format: 'password', minLength: 10, maxLength: 128 })
  @IsString()
  @MaxLength(MAX_PASSWORD)
  password: string;
}

export class ChangePasswordDto {
  @ApiProperty({ format: 'password' })
  @IsString()
  @MaxLength(MAX_PASSWORD)
  current_password: string;

  @ApiProperty({ format: 'password', minLength: 10, maxLength: 128 })
  @IsString()
  @MaxLength(MAX_PASSWORD)
  new_password: string;
}

export class ChangeEmailDto {
  @ApiProperty({ format: 'password' })
  @IsString()
  @MaxLength(MAX_PASSWORD)
  current_password: string;

  @ApiProperty({ format: 'email' })
  @IsEmail()
  @MaxLength(MAX_EMAIL)
  email: string;
}

export class PasswordProofDto {
  @ApiProperty({ format: 'password', description: 'The present password' })
  @IsString()
  @MaxLength(MAX_PASSWORD)
  password: string;
}

export class TwoFactorCodeDto {
  @ApiProperty({ example: '123456' })
  @IsString()
  @Length(6, 10)
  code: string;
}

export class UpdateProfileDto {
  @ApiPropertyOptional({ maxLength: 120 })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string;

  @ApiPropertyOptional({ enum: LOCALES })
  @IsOptional()
  @IsIn(LOCALES)
  locale?: Locale;
}

export class UserDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() email: string;
  @ApiProperty() role: string;
  @ApiProperty({ type: [String] }) permissions: Permission[];
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty() two_factor_enabled: boolean;
}

export class OwnTenantDto {
  @ApiProperty() slug: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ example: 'Asia/Jakarta' }) timezone: string;
  @ApiProperty({ example: 'IDR' }) currency: string;
}

export class MeDto extends UserDto {
  @ApiPropertyOptional({ type: OwnTenantDto }) tenant?: OwnTenantDto;
}

export class LoginAnswerDto {
  @ApiProperty({ description: 'Bearer token' }) token: string;
  @ApiProperty({ description: 'Seconds' }) expires_in: number;
  @ApiPropertyOptional({ description: 'Absent with X-Token-Transport: cookie' }) refresh_token?: string;
  @ApiProperty({ type: UserDto }) user: UserDto;
}

export class LoginSessionDto {
  @ApiProperty() id: string;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) last_used_at: string;
  @ApiProperty({ type: String, nullable: true }) ip: string | null;
  @ApiProperty({ type: String, nullable: true }) user_agent: string | null;
  @ApiProperty() current: boolean;
}

export class LoginSessionListDto {
  @ApiProperty({ type: [LoginSessionDto] }) data: LoginSessionDto[];
}

export class TwoFactorSetupDto {
  @ApiProperty({ description: 'Base32, for typing into an app' }) secret: string;
  @ApiProperty() otpauth_uri: string;
  @ApiProperty({ description: 'The URI as a QR code' }) qr_svg: string;
}

export class RecoveryCodesDto {
  @ApiProperty({ type: [String], description: 'Shown this once; each replaces a code once' }) recovery_codes: string[];
}

export const toUser = (account: Account, permissions: ReadonlySet<Permission>): UserDto => ({
  id: account.id,
  name: account.name,
  email: account.email,
  role: account.role,
  permissions: [...permissions],
  locale: account.locale,
  two_factor_enabled: account.twoFactorEnabledAt !== null,
});

/** `refreshToken` null where a cookie carries it. */
export const toLoginAnswer = (login: Login, refreshToken: string | null): LoginAnswerDto => ({
  token: login.accessToken,
  expires_in: login.expiresInSeconds,
  ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  user: toUser(login.account, login.permissions),
});

export const toSession = (session: Session, currentId: string): LoginSessionDto => ({
  id: session.id,
  created_at: session.startedAt.toISOString(),
  last_used_at: session.lastUsedAt.toISOString(),
  ip: session.ip,
  user_agent: session.userAgent,
  current: session.id === currentId,
});

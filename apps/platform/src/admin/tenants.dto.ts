import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type Locale, LOCALES, TENANT_STATUSES, type TenantStatus } from '@jala/contracts';
import { BILLING_PERIODS, type BillingPeriod } from '@jala/central/plans';
import type { TenantDomain, TenantView } from '@jala/central/tenants';
import { IsEmail, IsIn, IsInt, IsOptional, IsString, Length, Matches, MaxLength, Min } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';

export class TenantQuery extends PageQuery {
  @ApiPropertyOptional({ enum: TENANT_STATUSES })
  @IsOptional()
  @IsIn(TENANT_STATUSES)
  status?: TenantStatus;
}

export class CreateTenantDto {
  @ApiProperty({ maxLength: 120 })
  @IsString()
  @Length(1, 120)
  name: string;

  @ApiProperty({ description: 'Names its host and its database; cannot be changed later', example: 'net-surya' })
  @IsString()
  @MaxLength(41)
  slug: string;

  @ApiProperty({ maxLength: 120 })
  @IsString()
  @Length(1, 120)
  owner_name: string;

  @ApiProperty({ format: 'email' })
  @IsEmail()
  @MaxLength(190)
  owner_email: string;

  @ApiPropertyOptional({ format: 'password', description: 'Absent: the owner is invited by mail and chooses one' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  owner_password?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsInt()
  @Min(1)
  plan_id?: number;

  @ApiPropertyOptional({ enum: BILLING_PERIODS, default: 'monthly' })
  @IsOptional()
  @IsIn(BILLING_PERIODS)
  billing_period?: BillingPeriod;

  @ApiPropertyOptional({ default: 'Asia/Jakarta', description: 'IANA time zone' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timezone?: string;

  @ApiPropertyOptional({ default: 'IDR', description: 'ISO 4217' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/)
  currency?: string;

  @ApiPropertyOptional({ enum: LOCALES, default: 'id' })
  @IsOptional()
  @IsIn(LOCALES)
  locale?: Locale;
}

export class UpdateTenantDto {
  @ApiPropertyOptional({ maxLength: 120 })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string;

  @ApiPropertyOptional({ maxLength: 120 })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  owner_name?: string;

  @ApiPropertyOptional({ format: 'email', description: "Whom the platform writes to; the owner's login is changed by the tenant itself" })
  @IsOptional()
  @IsEmail()
  @MaxLength(190)
  owner_email?: string;
}

export class SuspendTenantDto {
  @ApiProperty({ maxLength: 500 })
  @IsString()
  @Length(1, 500)
  reason: string;
}

export class DeleteTenantDto {
  @ApiProperty({ description: 'The slug of the tenant, typed by whoever deletes it' })
  @IsString()
  @MaxLength(48)
  confirm_slug: string;
}

export class SubscribeTenantDto {
  @ApiProperty()
  @IsInt()
  @Min(1)
  plan_id: number;

  @ApiProperty({ enum: BILLING_PERIODS })
  @IsIn(BILLING_PERIODS)
  billing_period: BillingPeriod;
}

export class AddDomainDto {
  @ApiProperty({ example: 'portal.isp.example' })
  @IsString()
  @Length(1, 255)
  host: string;
}

export class DomainDto {
  @ApiProperty() id: number;
  @ApiProperty() host: string;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class DomainListDto {
  @ApiProperty({ type: [DomainDto] }) data: DomainDto[];
}

export class TenantPlanDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty({ enum: BILLING_PERIODS }) billing_period: BillingPeriod;
}

export class TenantDto {
  @ApiProperty() id: number;
  @ApiProperty() slug: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: TENANT_STATUSES }) status: TenantStatus;
  @ApiProperty({ description: 'Where its people log in' }) url: string;
  @ApiProperty() owner_name: string;
  @ApiProperty({ format: 'email' }) owner_email: string;
  @ApiProperty() timezone: string;
  @ApiProperty() currency: string;
  @ApiProperty({ enum: LOCALES }) locale: Locale;
  @ApiProperty({ type: TenantPlanDto, nullable: true }) plan: TenantPlanDto | null;
  @ApiProperty({ type: [DomainDto] }) domains: DomainDto[];
  @ApiProperty({ type: Number, nullable: true }) schema_version: number | null;
  @ApiProperty({ type: String, nullable: true }) failed_step: string | null;
  @ApiProperty({ type: String, nullable: true }) failed_reason: string | null;
  @ApiProperty({ type: String, nullable: true }) suspended_reason: string | null;
  @ApiProperty({ description: 'Whether GET export has something to give' }) has_export: boolean;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) ready_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) suspended_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) archived_at: string | null;
}

export class TenantPageDto {
  @ApiProperty({ type: [TenantDto] }) data: TenantDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

const instant = (date: Date | null): string | null => date?.toISOString() ?? null;

export const toDomain = (domain: TenantDomain): DomainDto => ({
  id: domain.id,
  host: domain.host,
  created_at: domain.createdAt.toISOString(),
});

export const toTenant = (tenant: TenantView): TenantDto => ({
  id: tenant.id,
  slug: tenant.slug,
  name: tenant.name,
  status: tenant.status,
  url: tenant.url,
  owner_name: tenant.ownerName,
  owner_email: tenant.ownerEmail,
  timezone: tenant.timezone,
  currency: tenant.currency,
  locale: tenant.locale,
  plan: tenant.plan && { id: tenant.plan.id, name: tenant.plan.name, billing_period: tenant.plan.billingPeriod },
  domains: tenant.domains.map(toDomain),
  schema_version: tenant.schemaVersion,
  failed_step: tenant.failedStep,
  failed_reason: tenant.failedReason,
  suspended_reason: tenant.suspendedReason,
  has_export: tenant.hasExport,
  created_at: tenant.createdAt.toISOString(),
  ready_at: instant(tenant.readyAt),
  suspended_at: instant(tenant.suspendedAt),
  archived_at: instant(tenant.archivedAt),
});

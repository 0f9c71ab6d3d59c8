import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { VALIDITY_UNITS, type ValidityUnit } from '@jala/contracts';
import {
  MAX_BPS,
  type NewServicePlan,
  type PlanRefresh,
  type ServicePlan,
  type ServicePlanChange,
  type ServicePlanChangePreview,
  type ServicePlanView,
} from '@jala/tenant/service-plans';
import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateIf } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';
import { rulesOf, ServicePlanRulesDto, toRules } from './service-plan-rules.dto';
import { BooleanText, IfGiven, isGiven, Line, OptionalText } from './fields';

const MAX_MINOR = 1_000_000_000_000;
const MAX_QUOTA_BYTES = 1e15;

export class ServicePlanQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only plans that are sold, or only those that are not' })
  @BooleanText()
  @IsOptional()
  @IsBoolean()
  active?: boolean;
}

export class CreateServicePlanDto extends ServicePlanRulesDto {
  @ApiProperty({ maxLength: 80 })
  @Line(80)
  name: string;

  @ApiProperty({ description: 'Bits per second', example: 10_000_000, minimum: 1_000 })
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  download_bps: number;

  @ApiProperty({ description: 'Bits per second', example: 5_000_000, minimum: 1_000 })
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  upload_bps: number;

  @ApiProperty({ description: 'In minor units of the currency (ISO 4217): 15000000 is Rp 150.000', example: 15_000_000 })
  @IsInt()
  @Min(0)
  @Max(MAX_MINOR)
  price_minor: number;

  @ApiPropertyOptional({ description: "ISO 4217. Default: the tenant's", example: 'IDR' })
  @IfGiven()
  @Matches(/^[A-Z]{3}$/)
  currency?: string;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    description: 'With validity_unit. Null or absent: accounts do not expire by themselves',
  })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  validity_value?: number | null;

  @ApiPropertyOptional({ enum: VALIDITY_UNITS, nullable: true })
  @ValidateIf(isGiven)
  @IsIn(VALIDITY_UNITS)
  validity_unit?: ValidityUnit | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    description: 'Bytes, up and down together, in one period. Null or absent: no limit',
  })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(MAX_QUOTA_BYTES)
  quota_bytes?: number | null;

  @ApiPropertyOptional({ default: 1, minimum: 1, maximum: 1_000, description: 'Devices online at once with one account' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(1_000)
  shared_users?: number;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 500 })
  @OptionalText(500)
  description?: string | null;

  @ApiPropertyOptional({ default: true, description: 'False: not sold any more; who has it keeps it' })
  @IfGiven()
  @IsBoolean()
  active?: boolean;
}

export class UpdateServicePlanDto extends PartialType(CreateServicePlanDto, { skipNullProperties: false }) {}

export class ServicePlanDto extends ServicePlanRulesDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() download_bps: number;
  @ApiProperty() upload_bps: number;
  @ApiProperty() price_minor: number;
  @ApiProperty() currency: string;
  @ApiProperty({ type: Number, nullable: true }) validity_value: number | null;
  @ApiProperty({ enum: VALIDITY_UNITS, nullable: true }) validity_unit: ValidityUnit | null;
  @ApiProperty({ type: Number, nullable: true }) quota_bytes: number | null;
  @ApiProperty() shared_users: number;
  @ApiProperty({ type: String, nullable: true }) description: string | null;
  @ApiProperty() active: boolean;
  @ApiProperty({ description: 'How many customers have it' }) customers: number;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class ServicePlanPageDto {
  @ApiProperty({ type: [ServicePlanDto] }) data: ServicePlanDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export class ServicePlanChangePreviewDto implements ServicePlanChangePreview {
  @ApiProperty({ description: 'How many customers have the plan' }) customers: number;
  @ApiProperty({
    enum: ['nothing', 'change', 'disconnect'],
    description: 'Of running sessions: nothing; they are told the new terms; they are ended, and the next login brings them',
  })
  effect: ServicePlanChangePreview['effect'];
  @ApiProperty({ description: 'Running sessions that this is about' }) sessions: number;
}

export class PlanRefreshDto {
  @ApiProperty() id: number;
  @ApiProperty() requested_by: string;
  @ApiProperty({ enum: ['change', 'disconnect'] }) needed: PlanRefresh['needed'];
  @ApiProperty({ description: 'Open when the plan was changed' }) sessions: number;
  @ApiProperty({ description: 'The router took over the new terms' }) changed: number;
  @ApiProperty({ description: 'Ended, so that the next login brings the new terms; or gone already' }) ended: number;
  @ApiProperty({ description: 'The router refused or did not answer' }) failed: number;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at: string | null;
}

/** As much as is needed to choose one. */
export class PlanOptionDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() price_minor: number;
  @ApiProperty() currency: string;
  @ApiProperty() download_bps: number;
  @ApiProperty() upload_bps: number;
}

export const newServicePlanOf = (body: CreateServicePlanDto): NewServicePlan => ({
  name: body.name,
  downloadBps: body.download_bps,
  uploadBps: body.upload_bps,
  priceMinor: body.price_minor,
  currency: body.currency,
  validityValue: body.validity_value ?? null,
  validityUnit: body.validity_unit ?? null,
  quotaBytes: body.quota_bytes ?? null,
  sharedUsers: body.shared_users ?? 1,
  description: body.description ?? null,
  active: body.active ?? true,
  ...rulesOf(body),
});

export const servicePlanChangeOf = (body: UpdateServicePlanDto): ServicePlanChange => ({
  name: body.name,
  downloadBps: body.download_bps,
  uploadBps: body.upload_bps,
  priceMinor: body.price_minor,
  currency: body.currency,
  validityValue: body.validity_value,
  validityUnit: body.validity_unit,
  quotaBytes: body.quota_bytes,
  sharedUsers: body.shared_users,
  description: body.description,
  active: body.active,
  ...rulesOf(body),
});

export const toServicePlan = (plan: ServicePlanView): ServicePlanDto => ({
  id: plan.id,
  name: plan.name,
  download_bps: plan.downloadBps,
  upload_bps: plan.uploadBps,
  price_minor: plan.priceMinor,
  currency: plan.currency,
  validity_value: plan.validityValue,
  validity_unit: plan.validityUnit,
  quota_bytes: plan.quotaBytes,
  shared_users: plan.sharedUsers,
  description: plan.description,
  active: plan.active,
  customers: plan.customers,
  created_at: plan.createdAt.toISOString(),
  ...toRules(plan),
});

export const toPlanRefresh = (run: PlanRefresh): PlanRefreshDto => ({
  id: run.id,
  requested_by: run.requestedBy,
  needed: run.needed,
  sessions: run.sessions,
  changed: run.changed,
  ended: run.ended,
  failed: run.failed,
  created_at: run.createdAt.toISOString(),
  finished_at: run.finishedAt?.toISOString() ?? null,
});

export const toPlanOption = (plan: ServicePlan): PlanOptionDto => ({
  id: plan.id,
  name: plan.name,
  price_minor: plan.priceMinor,
  currency: plan.currency,
  download_bps: plan.downloadBps,
  upload_bps: plan.uploadBps,
});

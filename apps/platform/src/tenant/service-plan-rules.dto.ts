import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_DEVICES, QUOTA_WINDOWS, type QuotaWindow } from '@jala/radius';
import { MAX_BPS, type ServicePlanRules } from '@jala/tenant/service-plans';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, Matches, Max, Min, ValidateIf, ValidateNested } from 'class-validator';
import { IfGiven, isGiven, OptionalText } from './fields';

const MAX_BYTES = 1e15;
const MAX_SECONDS = 2 ** 31 - 1;

export class PlanBurstDto {
  @ApiProperty({ description: 'Bits per second, at least download_bps of the plan' })
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  download_bps: number;

  @ApiProperty()
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  upload_bps: number;

  @ApiProperty({ description: 'The burst ends when the average over `seconds` is above this' })
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  threshold_download_bps: number;

  @ApiProperty()
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  threshold_upload_bps: number;

  @ApiProperty({ minimum: 1, maximum: 3_600 })
  @IsInt()
  @Min(1)
  @Max(3_600)
  seconds: number;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 1, maximum: 3_600, description: 'For uploads, where another' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(3_600)
  seconds_upload?: number | null;
}

/** What most plans leave as it is. Null or absent: no such rule. */
export class ServicePlanRulesDto {
  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 1, description: 'Online time in seconds, of all devices together' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(MAX_SECONDS)
  time_quota_seconds?: number | null;

  @ApiPropertyOptional({
    enum: QUOTA_WINDOWS,
    default: 'total',
    description: "What quotas and fair use are for: the whole period, or each day, week (from Monday) or month in the tenant's time zone",
  })
  @IfGiven()
  @IsIn(QUOTA_WINDOWS)
  quota_window?: QuotaWindow;

  @ApiPropertyOptional({ type: PlanBurstDto, nullable: true })
  @ValidateIf(isGiven)
  @IsObject()
  @ValidateNested()
  @Type(() => PlanBurstDto)
  burst?: PlanBurstDto | null;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 1, maximum: 8, description: '1 is served first, 8 last' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(8)
  priority?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'Bits per second also when the line is full; both or none' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  guaranteed_download_bps?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  guaranteed_upload_bps?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 1, description: 'Fair use: bytes from which on the two rates apply' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(MAX_BYTES)
  fup_bytes?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  fup_download_bps?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1_000)
  @Max(MAX_BPS)
  fup_upload_bps?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 60, description: 'Longest single session' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(60)
  @Max(MAX_SECONDS)
  session_seconds?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 30, description: 'A session without traffic ends after this' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(30)
  @Max(86_400)
  idle_seconds?: number | null;

  @ApiPropertyOptional({ default: 300, minimum: 60, maximum: 3_600, description: 'How often the router reports usage' })
  @IfGiven()
  @IsInt()
  @Min(60)
  @Max(3_600)
  interim_seconds?: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Wk0800-1700,Sa,Su',
    description: "When one may be online, in the tenant's time zone",
  })
  @ValidateIf(isGiven)
  @Matches(/^[A-Za-z0-9,-]{2,253}$/)
  login_hours?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 64, description: 'Address pool on the router' })
  @OptionalText(64)
  pool?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 64 })
  @OptionalText(64)
  ipv6_pool?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 64, description: "Pool of the prefixes for customers' own routers" })
  @OptionalText(64)
  delegated_ipv6_pool?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 64, description: 'Firewall address list on the router' })
  @OptionalText(64)
  address_list?: string | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: MAX_DEVICES,
    description: 'So many devices of an account are remembered and others refused until staff releases one; 1 locks it to the first',
  })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(MAX_DEVICES)
  device_slots?: number | null;
}

/** Fields that were not given stay undefined. */
export const rulesOf = (body: ServicePlanRulesDto): Partial<ServicePlanRules> => ({
  timeQuotaSeconds: body.time_quota_seconds,
  quotaWindow: body.quota_window,
  burst: body.burst && { ...body.burst },
  priority: body.priority,
  guaranteedDownloadBps: body.guaranteed_download_bps,
  guaranteedUploadBps: body.guaranteed_upload_bps,
  fupBytes: body.fup_bytes,
  fupDownloadBps: body.fup_download_bps,
  fupUploadBps: body.fup_upload_bps,
  sessionSeconds: body.session_seconds,
  idleSeconds: body.idle_seconds,
  interimSeconds: body.interim_seconds,
  loginHours: body.login_hours,
  pool: body.pool,
  ipv6Pool: body.ipv6_pool,
  delegatedIpv6Pool: body.delegated_ipv6_pool,
  addressList: body.address_list,
  deviceSlots: body.device_slots,
});

export const toRules = (plan: ServicePlanRules): Required<ServicePlanRulesDto> => ({
  time_quota_seconds: plan.timeQuotaSeconds,
  quota_window: plan.quotaWindow,
  burst: plan.burst && { ...plan.burst },
  priority: plan.priority,
  guaranteed_download_bps: plan.guaranteedDownloadBps,
  guaranteed_upload_bps: plan.guaranteedUploadBps,
  fup_bytes: plan.fupBytes,
  fup_download_bps: plan.fupDownloadBps,
  fup_upload_bps: plan.fupUploadBps,
  session_seconds: plan.sessionSeconds,
  idle_seconds: plan.idleSeconds,
  interim_seconds: plan.interimSeconds,
  login_hours: plan.loginHours,
  pool: plan.pool,
  ipv6_pool: plan.ipv6Pool,
  delegated_ipv6_pool: plan.delegatedIpv6Pool,
  address_list: plan.addressList,
  device_slots: plan.deviceSlots,
});

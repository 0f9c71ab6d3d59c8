import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { LiveGroup, LiveTraffic, PlanUsage, RouterUsage, Usage, UsageReport, UsageRequest, UserUsage } from '@jala/tenant/usage';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { NamedDto } from './sessions.dto';

const DAY = /^\d{4}-\d\d-\d\d$/;

export class PeriodQuery {
  @ApiPropertyOptional({ format: 'date', description: "First day, in the tenant's zone; 30 days by default, 400 at most" })
  @IsOptional()
  @Matches(DAY)
  from?: string;

  @ApiPropertyOptional({ format: 'date', description: 'Last day, included; today by default' })
  @IsOptional()
  @Matches(DAY)
  to?: string;
}

export class SessionExportQuery extends PeriodQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  router_id?: number;
}

export class UsageQuery extends SessionExportQuery {
  @ApiPropertyOptional({ description: 'Customers who are on this plan now' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  service_plan_id?: number;
}

export class TopQuery extends UsageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 20 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}

export class UsageDto {
  @ApiProperty({ description: 'Upload' }) input_bytes: number;
  @ApiProperty({ description: 'Download' }) output_bytes: number;
  @ApiProperty() sessions: number;
  @ApiProperty({ description: 'Different users' }) users: number;
}

export class DayUsageDto extends UsageDto {
  @ApiProperty({ format: 'date', description: "In the tenant's zone" }) day: string;
}

export class UsageReportDto {
  @ApiProperty({ format: 'date' }) from: string;
  @ApiProperty({ format: 'date' }) to: string;
  @ApiProperty({ type: UsageDto }) total: UsageDto;
  @ApiProperty({ type: [DayUsageDto], description: 'Every day of the period' }) days: DayUsageDto[];
}

export class RouterUsageDto extends UsageDto {
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
}

export class PlanUsageDto extends UsageDto {
  @ApiProperty({ type: NamedDto, nullable: true, description: 'Null: users who are no customers' }) plan: NamedDto | null;
}

export class UserUsageDto {
  @ApiProperty() username: string;
  @ApiProperty({ type: NamedDto, nullable: true }) customer: NamedDto | null;
  @ApiProperty({ description: 'Upload' }) input_bytes: number;
  @ApiProperty({ description: 'Download' }) output_bytes: number;
  @ApiProperty() sessions: number;
}

export class LiveGroupDto {
  @ApiProperty() online: number;
  @ApiProperty({ description: 'Upload in bits per second, between the last two reports of each session' }) input_bps: number;
  @ApiProperty({ description: 'Download' }) output_bps: number;
}

export class LiveRouterDto extends LiveGroupDto {
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
}

export class LivePlanDto extends LiveGroupDto {
  @ApiProperty({ type: NamedDto, nullable: true }) plan: NamedDto | null;
}

export class LiveTrafficDto extends LiveGroupDto {
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ type: [LiveRouterDto] }) routers: LiveRouterDto[];
  @ApiProperty({ type: [LivePlanDto] }) plans: LivePlanDto[];
}

export const usageRequestOf = ({ from, to, router_id, service_plan_id }: UsageQuery): UsageRequest => ({
  from,
  to,
  routerId: router_id,
  servicePlanId: service_plan_id,
});

const toUsage = ({ inputBytes, outputBytes, sessions, users }: Usage): UsageDto => ({
  input_bytes: inputBytes,
  output_bytes: outputBytes,
  sessions,
  users,
});

export const toUsageReport = ({ period, total, days }: UsageReport): UsageReportDto => ({
  ...period,
  total: toUsage(total),
  days: days.map((day) => ({ day: day.day, ...toUsage(day) })),
});

export const toRouterUsage = (usage: RouterUsage): RouterUsageDto => ({ router: usage.router, ...toUsage(usage) });
export const toPlanUsage = (usage: PlanUsage): PlanUsageDto => ({ plan: usage.plan, ...toUsage(usage) });

export const toUserUsage = ({ username, customer, inputBytes, outputBytes, sessions }: UserUsage): UserUsageDto => ({
  username,
  customer: customer && { id: customer.id, name: customer.name },
  input_bytes: inputBytes,
  output_bytes: outputBytes,
  sessions,
});

const toLiveGroup = ({ online, inputBps, outputBps }: LiveGroup): LiveGroupDto => ({ online, input_bps: inputBps, output_bps: outputBps });

export const toLiveTraffic = (live: LiveTraffic): LiveTrafficDto => ({
  at: live.at.toISOString(),
  ...toLiveGroup(live),
  routers: live.routers.map((group) => ({ router: group.router, ...toLiveGroup(group) })),
  plans: live.plans.map((group) => ({ plan: group.plan, ...toLiveGroup(group) })),
});

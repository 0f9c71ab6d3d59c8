import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import type { PlanTerms, PlanView } from '@jala/central/plans';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsInt, IsOptional, IsString, Length, Matches, Max, Min, ValidateIf } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';

const MAX_MINOR = 1_000_000_000_000;
const MAX_LIMIT = 4_294_967_295;

/** Null is a value here, "no limit"; a missing field is not. */
const isGiven = (_object: unknown, value: unknown): boolean => value !== null && value !== undefined;

export class PlanQuery extends PageQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  active?: boolean;
}

export class CreatePlanDto {
  @ApiProperty({ maxLength: 80 })
  @IsString()
  @Length(1, 80)
  name: string;

  @ApiProperty({ description: 'In minor units of the currency' })
  @IsInt()
  @Min(0)
  @Max(MAX_MINOR)
  price_monthly_minor: number;

  @ApiProperty({ description: 'In minor units of the currency' })
  @IsInt()
  @Min(0)
  @Max(MAX_MINOR)
  price_yearly_minor: number;

  @ApiPropertyOptional({ default: 'IDR' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/)
  currency?: string;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'Null: no limit' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(0)
  @Max(MAX_LIMIT)
  max_routers?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'Customers. Null: no limit' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(0)
  @Max(MAX_LIMIT)
  max_users?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'Null: no limit' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(0)
  @Max(MAX_LIMIT)
  max_vouchers?: number | null;

  @ApiPropertyOptional({ type: [String], default: [] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Length(1, 60, { each: true })
  features?: string[];

  @ApiPropertyOptional({ default: true })
  @IsOptional()
  @IsBoolean()
  active?: boolean;
}

export class UpdatePlanDto extends PartialType(CreatePlanDto) {}

export class PlanDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() price_monthly_minor: number;
  @ApiProperty() price_yearly_minor: number;
  @ApiProperty() currency: string;
  @ApiProperty({ type: Number, nullable: true }) max_routers: number | null;
  @ApiProperty({ type: Number, nullable: true }) max_users: number | null;
  @ApiProperty({ type: Number, nullable: true }) max_vouchers: number | null;
  @ApiProperty({ type: [String] }) features: string[];
  @ApiProperty() active: boolean;
  @ApiProperty({ description: 'How many tenants have it now' }) tenants: number;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class PlanPageDto {
  @ApiProperty({ type: [PlanDto] }) data: PlanDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export const toPlan = (plan: PlanView): PlanDto => ({
  id: plan.id,
  name: plan.name,
  price_monthly_minor: plan.priceMonthlyMinor,
  price_yearly_minor: plan.priceYearlyMinor,
  currency: plan.currency,
  max_routers: plan.maxRouters,
  max_users: plan.maxUsers,
  max_vouchers: plan.maxVouchers,
  features: plan.features,
  active: plan.active,
  tenants: plan.tenants,
  created_at: plan.createdAt.toISOString(),
});

export const planChangeOf = (body: UpdatePlanDto): Partial<PlanTerms> => ({
  name: body.name,
  priceMonthlyMinor: body.price_monthly_minor,
  priceYearlyMinor: body.price_yearly_minor,
  currency: body.currency,
  maxRouters: body.max_routers,
  maxUsers: body.max_users,
  maxVouchers: body.max_vouchers,
  features: body.features,
  active: body.active,
});

export const newPlanOf = (body: CreatePlanDto): PlanTerms => ({
  name: body.name,
  priceMonthlyMinor: body.price_monthly_minor,
  priceYearlyMinor: body.price_yearly_minor,
  currency: body.currency ?? 'IDR',
  maxRouters: body.max_routers ?? null,
  maxUsers: body.max_users ?? null,
  maxVouchers: body.max_vouchers ?? null,
  features: body.features ?? [],
  active: body.active ?? true,
});

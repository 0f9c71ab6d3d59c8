import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { CUSTOMER_STATUSES, type CustomerStatus, SERVICE_TYPES, type ServiceType } from '@jala/contracts';
import {
  type CustomerChange,
  type CustomerFilter,
  type CustomerView,
  type CustomerWithPassword,
  type FixedTerms,
  type NewCustomer,
  PASSWORD_MAX,
  PASSWORD_MIN,
  USERNAME_MAX,
} from '@jala/tenant/customers';
import { MAX_DEVICES } from '@jala/radius';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsDate, IsEmail, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';
import { EmptyIsAbsent, EmptyIsNull, IfGiven, isGiven, Line, OptionalText } from './fields';

export class CustomerQuery extends PageQuery {
  @ApiPropertyOptional({ enum: CUSTOMER_STATUSES })
  @IsOptional()
  @IsIn(CUSTOMER_STATUSES)
  status?: CustomerStatus;

  @ApiPropertyOptional({ enum: SERVICE_TYPES })
  @IsOptional()
  @IsIn(SERVICE_TYPES)
  service_type?: ServiceType;

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  service_plan_id?: number;
}

export class CreateCustomerDto {
  @ApiPropertyOptional({
    maxLength: USERNAME_MAX,
    description: 'Generated from the name when absent. Unique without regard to case',
    example: 'budi',
  })
  @EmptyIsAbsent()
  @IfGiven()
  @IsString()
  username?: string;

  @ApiPropertyOptional({ minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX, description: 'Generated when absent' })
  @EmptyIsAbsent()
  @IfGiven()
  @IsString()
  password?: string;

  @ApiProperty({ maxLength: 120, example: 'Budi Santoso' })
  @Line(120)
  name: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  service_plan_id: number;

  @ApiProperty({ enum: SERVICE_TYPES })
  @IsIn(SERVICE_TYPES)
  service_type: ServiceType;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Kept in international form', example: '0812 3456 7890' })
  @OptionalText(40)
  phone?: string | null;

  @ApiPropertyOptional({ type: String, format: 'email', nullable: true })
  @EmptyIsNull()
  @ValidateIf(isGiven)
  @IsEmail()
  @MaxLength(190)
  email?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 255 })
  @OptionalText(255)
  address?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 1_000 })
  @OptionalText(1_000)
  notes?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '10.0.0.7',
    description: 'This IPv4 address and no other; one customer only',
  })
  @OptionalText(45)
  framed_ip?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: '2001:db8:1:2::/64', description: 'IPv6 prefix of the link' })
  @OptionalText(64)
  framed_ipv6_prefix?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '2001:db8:1:200::/56',
    description: "IPv6 prefix for the customer's own router",
  })
  @OptionalText(64)
  delegated_ipv6_prefix?: string | null;

  @ApiPropertyOptional({ default: false, description: 'Hotspot only: the username is a device address, and the device needs no password' })
  @IfGiven()
  @IsBoolean()
  mac_auth?: boolean;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: MAX_DEVICES,
    description: 'So many devices instead of what the plan says; 0: only those put on the list of devices. Null: as the plan says',
  })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(0)
  @Max(MAX_DEVICES)
  device_slots?: number | null;
}

export class UpdateCustomerDto extends PartialType(OmitType(CreateCustomerDto, ['password']), { skipNullProperties: false }) {
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Null: does not expire by itself' })
  @ValidateIf(isGiven)
  // An instant needs its zone: a date alone would end at another hour in each of them.
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value) ? new Date(value) : value,
  )
  @IsDate()
  expires_at?: Date | null;
}

export class SuspendCustomerDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 255 })
  @OptionalText(255)
  reason?: string | null;
}

export class SetCustomerPasswordDto {
  @ApiPropertyOptional({ minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX, description: 'Generated when absent' })
  @EmptyIsAbsent()
  @IfGiven()
  @IsString()
  password?: string;
}

export class PasswordDto {
  @ApiProperty({ description: 'Cannot be read again' }) password: string;
}

export class CustomerPlanDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
}

export class CustomerDto {
  @ApiProperty() id: number;
  @ApiProperty() username: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true }) phone: string | null;
  @ApiProperty({ type: String, nullable: true }) email: string | null;
  @ApiProperty({ type: String, nullable: true }) address: string | null;
  @ApiProperty({ enum: SERVICE_TYPES }) service_type: ServiceType;
  @ApiProperty({ type: CustomerPlanDto }) service_plan: CustomerPlanDto;
  @ApiProperty({ enum: CUSTOMER_STATUSES }) status: CustomerStatus;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is suspended, while it is' }) suspended_reason: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at: string | null;
  @ApiProperty({ type: String, nullable: true }) framed_ip: string | null;
  @ApiProperty({ type: String, nullable: true }) framed_ipv6_prefix: string | null;
  @ApiProperty({ type: String, nullable: true }) delegated_ipv6_prefix: string | null;
  @ApiProperty() mac_auth: boolean;
  @ApiProperty({ type: Number, nullable: true, description: 'Null: as the plan says' }) device_slots: number | null;
  @ApiProperty({ description: 'Has a session now' }) online: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_login_at: string | null;
  @ApiProperty({ type: String, nullable: true }) notes: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class CreatedCustomerDto extends CustomerDto {
  @ApiProperty({ description: 'Only here; cannot be read again' }) password: string;
}

export class CustomerPageDto {
  @ApiProperty({ type: [CustomerDto] }) data: CustomerDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export const customerFilterOf = (query: CustomerQuery): CustomerFilter => ({
  status: query.status,
  serviceType: query.service_type,
  servicePlanId: query.service_plan_id,
});

/** Fields that were not given stay undefined. */
const fixedOf = (body: UpdateCustomerDto): Partial<FixedTerms> => ({
  framedIp: body.framed_ip,
  framedIpv6Prefix: body.framed_ipv6_prefix,
  delegatedIpv6Prefix: body.delegated_ipv6_prefix,
  macAuth: body.mac_auth,
  deviceSlots: body.device_slots,
});

export const newCustomerOf = (body: CreateCustomerDto): NewCustomer => ({
  username: body.username,
  password: body.password,
  name: body.name,
  servicePlanId: body.service_plan_id,
  serviceType: body.service_type,
  phone: body.phone ?? null,
  email: body.email ?? null,
  address: body.address ?? null,
  notes: body.notes ?? null,
  ...fixedOf(body),
});

export const customerChangeOf = (body: UpdateCustomerDto): CustomerChange => ({
  username: body.username,
  name: body.name,
  servicePlanId: body.service_plan_id,
  serviceType: body.service_type,
  phone: body.phone,
  email: body.email,
  address: body.address,
  notes: body.notes,
  ...fixedOf(body),
  expiresAt: body.expires_at,
});

export const toCustomer = (customer: CustomerView): CustomerDto => ({
  id: customer.id,
  username: customer.username,
  name: customer.name,
  phone: customer.phone,
  email: customer.email,
  address: customer.address,
  service_type: customer.serviceType,
  service_plan: customer.servicePlan,
  status: customer.status,
  suspended_reason: customer.suspendedReason,
  expires_at: customer.expiresAt?.toISOString() ?? null,
  framed_ip: customer.framedIp,
  framed_ipv6_prefix: customer.framedIpv6Prefix,
  delegated_ipv6_prefix: customer.delegatedIpv6Prefix,
  mac_auth: customer.macAuth,
  device_slots: customer.deviceSlots,
  online: customer.online,
  last_login_at: customer.lastLoginAt?.toISOString() ?? null,
  notes: customer.notes,
  created_at: customer.createdAt.toISOString(),
});

export const toCreatedCustomer = ({ customer, password }: CustomerWithPassword): CreatedCustomerDto => ({
  ...toCustomer(customer),
  password,
});

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SERVICE_TYPES, type ServiceType } from '@jala/contracts';
import type { LoginView, SessionFilterInput, SessionView } from '@jala/tenant/sessions';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Min } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';
import { SessionDisconnectionDto, toSessionDisconnection } from './disconnections.dto';

const STATES = ['online', 'ended'] as const;
/** `sort` of those who are online: the fastest first. */
const RATE = 'rate';

export class SessionQuery extends PageQuery {
  @ApiPropertyOptional({ enum: STATES, default: 'online' })
  @IsIn(STATES)
  state: (typeof STATES)[number] = 'online';

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  router_id?: number;

  @ApiPropertyOptional({ enum: SERVICE_TYPES })
  @IsOptional()
  @IsIn(SERVICE_TYPES)
  service_type?: ServiceType;

  @ApiPropertyOptional({ description: 'Customers who are on this plan now' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  service_plan_id?: number;
}

export class NamedDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
}

export class SessionDto {
  @ApiProperty() id: number;
  @ApiProperty({ description: 'As the router reports it' }) username: string;
  @ApiProperty({ type: NamedDto, nullable: true }) customer: NamedDto | null;
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
  @ApiProperty() nas_ip: string;
  @ApiProperty({ format: 'date-time' }) started_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) ended_at: string | null;
  @ApiProperty() session_seconds: number;
  @ApiProperty({ description: 'Upload' }) input_bytes: number;
  @ApiProperty({ description: 'Download' }) output_bytes: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Upload in bits per second between the last two reports; null before the second',
  })
  input_bps: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Download' }) output_bps: number | null;
  @ApiProperty({ type: String, nullable: true }) framed_ip: string | null;
  @ApiProperty({ type: String, nullable: true }) mac: string | null;
  @ApiProperty({ enum: SERVICE_TYPES, nullable: true }) service_type: ServiceType | null;
  @ApiProperty({ type: String, nullable: true }) terminate_cause: string | null;
  @ApiProperty({ type: SessionDisconnectionDto, nullable: true, description: 'What became of the wish to end it' })
  disconnection: SessionDisconnectionDto | null;
}

export class SessionPageDto {
  @ApiProperty({ type: [SessionDto] }) data: SessionDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export class LoginAttemptDto {
  @ApiProperty() id: number;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty() accepted: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Why not, in words' }) reason: string | null;
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
  @ApiProperty({ type: String, nullable: true }) nas_ip: string | null;
  @ApiProperty({ type: String, nullable: true }) mac: string | null;
}

export class LoginAttemptPageDto {
  @ApiProperty({ type: [LoginAttemptDto] }) data: LoginAttemptDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export class OnlineDto {
  @ApiProperty() online: number;
  @ApiProperty({ format: 'date-time' }) at: string;
}

export const sessionFilterOf = (query: SessionQuery): SessionFilterInput => ({
  state: query.state,
  routerId: query.router_id,
  serviceType: query.service_type,
  servicePlanId: query.service_plan_id,
  fastest: query.state === 'online' && query.sort === RATE,
});

export const toSession = (session: SessionView): SessionDto => ({
  id: session.id,
  username: session.username,
  customer: session.customer && { id: session.customer.id, name: session.customer.name },
  router: session.router,
  nas_ip: session.nasIp,
  started_at: session.startedAt.toISOString(),
  updated_at: session.updatedAt.toISOString(),
  ended_at: session.endedAt?.toISOString() ?? null,
  session_seconds: session.seconds,
  input_bytes: session.inputBytes,
  output_bytes: session.outputBytes,
  input_bps: session.endedAt ? null : session.inputBps,
  output_bps: session.endedAt ? null : session.outputBps,
  framed_ip: session.framedIp || null,
  mac: session.mac || null,
  service_type: session.serviceType,
  terminate_cause: session.terminateCause || null,
  disconnection: session.disconnection && toSessionDisconnection(session.disconnection),
});

export const toLoginAttempt = (login: LoginView): LoginAttemptDto => ({
  id: login.id,
  at: login.at.toISOString(),
  accepted: login.accepted,
  reason: login.reason || null,
  router: login.router,
  nas_ip: login.nasIp || null,
  mac: login.mac || null,
});

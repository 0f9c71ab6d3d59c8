import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DomainError } from '@jala/contracts';
import { COA_KINDS, COA_RESULTS, type CoaKind, type CoaResult } from '@jala/radius';
import {
  type CoaAttemptQuery,
  type CoaAttemptView,
  DISCONNECTION_STATES,
  type DisconnectionState,
  type DisconnectionView,
  MASS_SCOPES,
  type MassDisconnect,
  type MassPreview,
  type MassScope,
  type MassTarget,
} from '@jala/tenant/sessions';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Min } from 'class-validator';
import { PageMetaDto, PageQuery } from '../http/paging';

class RouterRefDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
}

/** Exactly one of the two. */
export class MassTargetDto {
  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  service_plan_id?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  router_id?: number;
}

export class MassPreviewDto {
  @ApiProperty({ description: 'Name of the plan or router' }) name: string;
  @ApiProperty({ description: 'Sessions that would be ended' }) sessions: number;
}

export class MassDisconnectDto {
  @ApiProperty() id: number;
  @ApiProperty({ enum: MASS_SCOPES }) scope: MassScope;
  @ApiProperty() scope_id: number;
  @ApiProperty() scope_name: string;
  @ApiProperty() requested_by: string;
  @ApiProperty({ description: 'Open when it was asked for' }) sessions: number;
  @ApiProperty({ description: 'The router agreed, or had no such session any more' }) ended: number;
  @ApiProperty({ description: 'The router refused or did not answer' }) failed: number;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at: string | null;
}

export class SessionDisconnectionDto {
  @ApiProperty({ enum: DISCONNECTION_STATES, description: 'Anything but `asked` will not end by itself' }) state: DisconnectionState;
  @ApiProperty() reason: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null: a rule, not a person' }) requested_by: string | null;
  @ApiProperty({ format: 'date-time' }) sent_at: string;
  @ApiProperty() tries: number;
  @ApiProperty({ type: Number, nullable: true, description: 'RFC 5176 section 3.5' }) error_cause: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why the router refused, in words' }) refusal: string | null;
}

export class CoaAttemptsQuery extends PageQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  session_id?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  customer_id?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  router_id?: number;
}

export class CoaAttemptDto {
  @ApiProperty() id: number;
  @ApiProperty() session_id: number;
  @ApiProperty() username: string;
  @ApiProperty({ type: RouterRefDto, nullable: true }) router: RouterRefDto | null;
  @ApiProperty() nas_ip: string;
  @ApiProperty({ enum: COA_KINDS }) kind: CoaKind;
  @ApiProperty() reason: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null: a rule, not a person' }) requested_by: string | null;
  @ApiProperty({ description: 'Counts from 1' }) try: number;
  @ApiProperty({ description: 'No further try follows by itself' }) last_try: boolean;
  @ApiProperty({ description: 'How often the packet was sent in this try' }) packets: number;
  @ApiProperty({ enum: COA_RESULTS }) answer: CoaResult;
  @ApiProperty({ type: Number, nullable: true, description: 'RFC 5176 section 3.5' }) error_cause: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why the router refused, in words' }) refusal: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] } })
  sent_attributes: Readonly<Record<string, string | number>>;
  @ApiProperty({ format: 'date-time' }) sent_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) answered_at: string | null;
}

export class CoaAttemptPageDto {
  @ApiProperty({ type: [CoaAttemptDto] }) data: CoaAttemptDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

/** @throws DomainError VALIDATION_FAILED unless exactly one of the two is given */
export function massTargetOf({ service_plan_id: planId, router_id: routerId }: MassTargetDto): MassTarget {
  if (planId !== undefined && routerId === undefined) return { scope: 'service_plan', id: planId };
  if (routerId !== undefined && planId === undefined) return { scope: 'router', id: routerId };
  throw DomainError.field('router_id', 'required', 'Give either a plan or a router.');
}

export const toMassPreview = ({ scopeName, sessions }: MassPreview): MassPreviewDto => ({ name: scopeName, sessions });

export const toMassDisconnect = (run: MassDisconnect): MassDisconnectDto => ({
  id: run.id,
  scope: run.scope,
  scope_id: run.scopeId,
  scope_name: run.scopeName,
  requested_by: run.requestedBy,
  sessions: run.sessions,
  ended: run.ended,
  failed: run.failed,
  created_at: run.createdAt.toISOString(),
  finished_at: run.finishedAt?.toISOString() ?? null,
});

export const toSessionDisconnection = (disconnection: DisconnectionView): SessionDisconnectionDto => ({
  state: disconnection.state,
  reason: disconnection.reason,
  requested_by: disconnection.requestedBy,
  sent_at: disconnection.sentAt.toISOString(),
  tries: disconnection.tries,
  error_cause: disconnection.errorCause,
  refusal: disconnection.refusal,
});

export const coaAttemptsOf = (query: CoaAttemptsQuery): CoaAttemptQuery => ({
  sessionId: query.session_id,
  customerId: query.customer_id,
  routerId: query.router_id,
  page: query.page,
  perPage: query.per_page,
});

export const toCoaAttempt = (attempt: CoaAttemptView): CoaAttemptDto => ({
  id: attempt.id,
  session_id: attempt.sessionId,
  username: attempt.username,
  router: attempt.router,
  nas_ip: attempt.nasIp,
  kind: attempt.kind,
  reason: attempt.reason,
  requested_by: attempt.requestedBy,
  try: attempt.try,
  last_try: attempt.lastTry,
  packets: attempt.packets,
  answer: attempt.answer,
  error_cause: attempt.errorCause,
  refusal: attempt.refusal,
  sent_attributes: attempt.sentAttributes,
  sent_at: attempt.sentAt.toISOString(),
  answered_at: attempt.answeredAt?.toISOString() ?? null,
});

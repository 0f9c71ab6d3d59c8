import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CUSTOMER_STATUSES, type CustomerStatus } from '@jala/contracts';
import { COA_RESULTS, type CoaResult, userKey } from '@jala/radius';
import {
  DIAGNOSES,
  type DiagnosisCode,
  type DiagnosisView,
  POSITION,
  TIMELINE_KINDS,
  type TimelineEntry,
  type TimelineKind,
  type TimelinePage,
  type TimelineRequest,
} from '@jala/tenant/timeline';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { NamedDto, SessionDto, toSession } from './sessions.dto';

const REPLIES = ['reject', 'accept'] as const;

export class TimelineQuery {
  @ApiPropertyOptional({ description: 'The `next` of the page before' })
  @IsOptional()
  @Matches(POSITION)
  before?: string;

  @ApiPropertyOptional({ type: String, description: `Some of ${TIMELINE_KINDS.join(', ')}, with commas between; all when left out` })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @ArrayMaxSize(TIMELINE_KINDS.length)
  @IsIn(TIMELINE_KINDS, { each: true })
  kinds?: TimelineKind[];
}

export class LoginsQuery {
  @ApiPropertyOptional({ enum: REPLIES, default: 'reject' })
  @IsIn(REPLIES)
  reply: (typeof REPLIES)[number] = 'reject';

  @ApiPropertyOptional({ description: 'Start of a username or a whole MAC address; looks 30 days back', maxLength: 64 })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  search?: string;

  @ApiPropertyOptional({ description: 'The `next` of the page before' })
  @IsOptional()
  @Matches(POSITION)
  before?: string;
}

export class TimelineLoginDto {
  @ApiProperty() username: string;
  @ApiProperty({ type: NamedDto, nullable: true }) customer: NamedDto | null;
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
  @ApiProperty() nas_ip: string;
  @ApiProperty({ type: String, nullable: true }) mac: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it was refused, in words' }) reason: string | null;
  @ApiProperty({ description: 'The same refusal in a row' }) times: number;
  @ApiProperty({ format: 'date-time', description: 'The first of them' }) since: string;
}

export class TimelineCoaDto {
  @ApiProperty() username: string;
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
  @ApiProperty({ enum: ['disconnect', 'change'] }) request: 'disconnect' | 'change';
  @ApiProperty({ enum: COA_RESULTS }) answer: CoaResult;
  @ApiProperty({ type: Number, nullable: true, description: 'Error-Cause of RFC 5176, 3.5' }) error_cause: number | null;
  @ApiProperty({ description: 'Why it was asked' }) reason: string;
  @ApiProperty({ type: String, nullable: true }) requested_by: string | null;
  @ApiProperty({ description: 'Counts from 1' }) attempt: number;
  @ApiProperty({ description: 'No further try follows by itself' }) last: boolean;
}

export class FieldChangeDto {
  @ApiProperty({ example: 'status' }) field: string;
  @ApiProperty({ type: String, nullable: true }) before: string | null;
  @ApiProperty({ type: String, nullable: true }) after: string | null;
}

export class TimelineChangeDto {
  @ApiProperty({ example: 'customer.suspended' }) action: string;
  @ApiProperty() actor_name: string;
  @ApiProperty({ type: [FieldChangeDto] }) fields: FieldChangeDto[];
}

export class TimelineEntryDto {
  @ApiProperty({ description: 'Unique in a timeline' }) key: string;
  @ApiProperty({ enum: TIMELINE_KINDS }) kind: TimelineKind;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiPropertyOptional({ type: TimelineLoginDto, description: 'accepted, rejected' }) login?: TimelineLoginDto;
  @ApiPropertyOptional({ type: SessionDto, description: 'started, ended' }) session?: SessionDto;
  @ApiPropertyOptional({ type: TimelineCoaDto, description: 'coa' }) coa?: TimelineCoaDto;
  @ApiPropertyOptional({ type: TimelineChangeDto, description: 'change' }) change?: TimelineChangeDto;
}

export class TimelineDto {
  @ApiProperty({ type: [TimelineEntryDto] }) data: TimelineEntryDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Hand it in as `before` for what is older; null at the end' }) next:
    string | null;
}

export class AlsoRejectedDto {
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty() reason: string;
  @ApiProperty({ type: String, nullable: true }) mac: string | null;
}

export class DiagnosisDto {
  @ApiProperty({ enum: DIAGNOSES }) code: DiagnosisCode;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it happened or began' }) at: string | null;
  @ApiProperty({ enum: CUSTOMER_STATUSES }) status: CustomerStatus;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at: string | null;
  @ApiProperty({ type: NamedDto, nullable: true }) router: NamedDto | null;
  @ApiProperty({ type: String, nullable: true }) mac: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why the login was refused' }) reason: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Acct-Terminate-Cause of the last session' }) cause: string | null;
  @ApiProperty({ description: 'Refused for a state that is over: they only have to try again' }) resolved: boolean;
  @ApiProperty({ description: 'In the last hour; stops at 1,000' }) rejections_last_hour: number;
  @ApiProperty({ type: AlsoRejectedDto, nullable: true, description: 'Online, and somebody with this name was refused since' })
  also_rejected: AlsoRejectedDto | null;
}

export const timelineRequestOf = ({ before, kinds }: TimelineQuery): TimelineRequest => ({ before, kinds });

export function toTimeline({ entries, next, routers, customers }: TimelinePage): TimelineDto {
  const router = (id: number): NamedDto | null => {
    const name = routers.get(id);
    return name === undefined ? null : { id, name };
  };
  const customer = (username: string): NamedDto | null => {
    const known = customers.get(userKey(username));
    return known ? { id: known.id, name: known.name } : null;
  };
  const entryOf = (entry: TimelineEntry): TimelineEntryDto => {
    const base = { key: `${entry.kind}-${entry.id}`, kind: entry.kind, at: entry.at.toISOString() };
    switch (entry.kind) {
      case 'accepted':
      case 'rejected': {
        const { username, nasIp, mac, reason, routerId } = entry.login;
        const { times, since } = entry.kind === 'rejected' ? entry : { times: 1, since: entry.at };
        return {
          ...base,
          login: {
            username,
            customer: customer(username),
            router: router(routerId),
            nas_ip: nasIp,
            mac: mac || null,
            reason: reason || null,
            times,
            since: since.toISOString(),
          },
        };
      }
      case 'started':
      case 'ended': {
        const { session } = entry;
        return {
          ...base,
          session: toSession({
            ...session,
            customer: customers.get(userKey(session.username)) ?? null,
            router: router(session.routerId),
            disconnection: null,
          }),
        };
      }
      case 'coa': {
        const { username, routerId, request, answer, errorCause, reason, requestedBy, attempt, last } = entry.coa;
        return {
          ...base,
          coa: {
            username,
            router: router(routerId),
            request,
            answer,
            error_cause: errorCause,
            reason,
            requested_by: requestedBy,
            attempt,
            last,
          },
        };
      }
      case 'change': {
        const { action, actorName, fields } = entry.change;
        return { ...base, change: { action, actor_name: actorName, fields: fields.map((field) => ({ ...field })) } };
      }
    }
  };
  return { data: entries.map(entryOf), next };
}

export const toDiagnosis = (diagnosis: DiagnosisView): DiagnosisDto => ({
  code: diagnosis.code,
  at: diagnosis.at?.toISOString() ?? null,
  status: diagnosis.status,
  expires_at: diagnosis.expiresAt?.toISOString() ?? null,
  router: diagnosis.router,
  mac: diagnosis.mac,
  reason: diagnosis.reason,
  cause: diagnosis.cause,
  resolved: diagnosis.resolved,
  rejections_last_hour: diagnosis.rejectionsLastHour,
  also_rejected: diagnosis.alsoRejected && {
    at: diagnosis.alsoRejected.at.toISOString(),
    reason: diagnosis.alsoRejected.reason,
    mac: diagnosis.alsoRejected.mac || null,
  },
});

import { ApiProperty } from '@nestjs/swagger';
import {
  ALERT_KINDS,
  type Alert,
  type AlertKind,
  type MonitoringView,
  type PlatformCondition,
  type ProbeBucket,
} from '@jala/central/monitoring';
import { PageMetaDto } from '../http/paging';
import { OutboxHealthDto } from './overview.controller';

const CONDITIONS = ['ok', 'degraded', 'unknown'] as const satisfies readonly PlatformCondition[];
const ANSWERS = ['accept', 'reject', 'silent'] as const;

export class AlertDetailsDto {
  @ApiProperty({ type: Number, nullable: true, description: 'How long the oldest record had waited when it was raised' }) age_s:
    number | null;
  @ApiProperty({ type: Number, nullable: true }) bytes: number | null;
  @ApiProperty({ type: Number, nullable: true }) records: number | null;
}

export class AlertDto {
  @ApiProperty() id: number;
  @ApiProperty({ enum: ALERT_KINDS }) kind: AlertKind;
  @ApiProperty({ description: 'Which one, where there are several: a process, a database host' }) subject: string;
  @ApiProperty({ type: AlertDetailsDto }) details: AlertDetailsDto;
  @ApiProperty({ format: 'date-time' }) raised_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null while it lasts' }) resolved_at: string | null;
}

export class AlertPageDto {
  @ApiProperty({ type: [AlertDto] }) data: AlertDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export class OpenAlertsDto {
  @ApiProperty({ type: [AlertDto] }) data: AlertDto[];
}

export class RadiusProcessDto {
  @ApiProperty({ description: 'auth, acct, drain' }) name: string;
  @ApiProperty() answering: boolean;
  @ApiProperty({ type: Number, nullable: true }) latency_ms: number | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) started_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) silent_since: string | null;
}

export class SyntheticLoginDto {
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ enum: ANSWERS }) answer: (typeof ANSWERS)[number];
  @ApiProperty({ type: Number, nullable: true }) latency_ms: number | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) failing_since: string | null;
}

export class BacklogDto {
  @ApiProperty() bytes: number;
  @ApiProperty({ description: 'Extrapolated when it is much' }) records: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the oldest record was written' }) oldest_at:
    string | null;
  @ApiProperty({ type: Number, nullable: true }) drained_per_second: number | null;
}

export class SpoolDto {
  @ApiProperty({ type: BacklogDto }) accounting: BacklogDto;
  @ApiProperty({ type: BacklogDto }) logins: BacklogDto;
  @ApiProperty({ description: 'Files of records that the database refused for good' }) dead_letter_files: number;
  @ApiProperty() dead_letter_bytes: number;
  @ApiProperty({ description: 'An alert is raised beyond it' }) limit_seconds: number;
  @ApiProperty({ description: 'An alert is raised beyond it' }) limit_bytes: number;
}

export class ServerStateDto {
  @ApiProperty() name: string;
  @ApiProperty({ type: Number, nullable: true, description: 'Null: cannot be reached' }) latency_ms: number | null;
}

export class QueueStateDto {
  @ApiProperty() name: string;
  @ApiProperty() waiting: number;
  @ApiProperty() active: number;
  @ApiProperty() delayed: number;
}

export class GivenUpDto {
  @ApiProperty({ description: 'Slug' }) tenant: string;
  @ApiProperty() jobs: number;
}

export class MonitoringDto {
  @ApiProperty({ enum: CONDITIONS, description: 'unknown: no worker has looked for a minute' }) condition: PlatformCondition;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'The last look' }) checked_at: string | null;
  @ApiProperty({ type: [RadiusProcessDto] }) processes: RadiusProcessDto[];
  @ApiProperty({ type: SyntheticLoginDto, nullable: true, description: 'Null: not set up' }) login: SyntheticLoginDto | null;
  @ApiProperty({ type: SpoolDto, nullable: true, description: 'Null: cannot be seen from the worker' }) spool: SpoolDto | null;
  @ApiProperty({ type: [ServerStateDto] }) databases: ServerStateDto[];
  @ApiProperty({ type: Number, nullable: true }) central_database_ms: number | null;
  @ApiProperty({ type: Number, nullable: true }) redis_ms: number | null;
  @ApiProperty({ type: [QueueStateDto] }) queues: QueueStateDto[];
  @ApiProperty({ type: OutboxHealthDto, nullable: true }) outbox: OutboxHealthDto | null;
  @ApiProperty({ type: [GivenUpDto], description: 'Jobs of tenants that were given up, at most ten minutes ago' }) given_up: GivenUpDto[];
  @ApiProperty({ type: [AlertDto], description: 'Those that last' }) alerts: AlertDto[];
}

export class ProbeBucketDto {
  @ApiProperty({ format: 'date-time', description: 'The beginning of ten minutes' }) at: string;
  @ApiProperty() tries: number;
  @ApiProperty() failures: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Mean of those that were answered' }) latency_ms: number | null;
  @ApiProperty({ type: Number, nullable: true }) worst_latency_ms: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'How long the oldest accounting record waited' }) backlog_age_s: number | null;
}

export class ProbeHistoryDto {
  @ApiProperty({ type: [ProbeBucketDto] }) data: ProbeBucketDto[];
}

const numberOf = (value: string | number | null | undefined): number | null => (typeof value === 'number' ? value : null);

export const toAlert = ({ id, kind, subject, details, raisedAt, resolvedAt }: Alert): AlertDto => ({
  id,
  kind,
  subject,
  details: { age_s: numberOf(details['age_s']), bytes: numberOf(details['bytes']), records: numberOf(details['records']) },
  raised_at: raisedAt.toISOString(),
  resolved_at: resolvedAt?.toISOString() ?? null,
});

const instant = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1_000).toISOString());

export function toMonitoring(view: MonitoringView): MonitoringDto {
  const { snapshot } = view;
  const backlog = (kind: 'accounting' | 'logins', waiting: { bytes: number; records: number; oldestAt: number | null }): BacklogDto => ({
    bytes: waiting.bytes,
    records: waiting.records,
    oldest_at: instant(waiting.oldestAt),
    drained_per_second: snapshot?.drained[kind] ?? null,
  });
  const spool = snapshot?.spool;
  return {
    condition: view.condition,
    checked_at: snapshot?.at ?? null,
    processes: (snapshot?.processes ?? []).map(({ name, latencyMs, statistics, silentSince }) => ({
      name,
      answering: silentSince === null,
      latency_ms: latencyMs,
      started_at: instant(statistics?.startedAt ?? null),
      silent_since: silentSince,
    })),
    login: snapshot?.login
      ? {
          at: snapshot.login.at,
          answer: snapshot.login.answer,
          latency_ms: snapshot.login.latencyMs,
          failing_since: snapshot.login.failingSince,
        }
      : null,
    spool: spool
      ? {
          accounting: backlog('accounting', spool.accounting),
          logins: backlog('logins', spool.logins),
          dead_letter_files: spool.dead.files,
          dead_letter_bytes: spool.dead.bytes,
          limit_seconds: view.backlogLimits.seconds,
          limit_bytes: view.backlogLimits.bytes,
        }
      : null,
    databases: (snapshot?.databases ?? []).map(({ name, latencyMs }) => ({ name, latency_ms: latencyMs })),
    central_database_ms: view.centralDatabaseMs,
    redis_ms: view.redisMs,
    queues: Object.entries(snapshot?.queues ?? {}).map(([name, counts]) => ({
      name,
      waiting: counts['waiting'] ?? 0,
      active: counts['active'] ?? 0,
      delayed: counts['delayed'] ?? 0,
    })),
    outbox: view.outbox && { ...view.outbox },
    given_up: view.givenUp.map(({ tenant, jobs }) => ({ tenant, jobs })),
    alerts: view.alerts.map(toAlert),
  };
}

export const toProbeBucket = (bucket: ProbeBucket): ProbeBucketDto => ({
  at: bucket.at.toISOString(),
  tries: bucket.tries,
  failures: bucket.failures,
  latency_ms: bucket.latencyMs,
  worst_latency_ms: bucket.worstLatencyMs,
  backlog_age_s: bucket.backlogAgeSeconds,
});

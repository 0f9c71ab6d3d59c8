import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { GivenUpNotes, RedisConnections } from '@jala/infra/queue';
import { Clock } from '@jala/kernel';
import { alertKey, findings } from './alert.rules';
import { inTime } from './in-time';
import { type Alert, AlertsRepository } from './alerts.repository';
import { type OutboxHealth, OverviewRepository } from './overview.repository';
import { type ProbeBucket, ProbeLoginsRepository } from './probe-logins.repository';
import { isStale, type MonitoringSnapshot } from './snapshot';
import { SnapshotStore } from './snapshot.store';

/** `unknown`: no worker has looked for a while. */
export type PlatformCondition = 'ok' | 'degraded' | 'unknown';

export interface Condition {
  readonly condition: PlatformCondition;
  /** What is wrong, as kinds of alerts with their subject: `radius-process:drain`. */
  readonly failing: readonly string[];
  readonly snapshot: MonitoringSnapshot | undefined;
}

export interface MonitoringView extends Condition {
  readonly backlogLimits: { readonly seconds: number; readonly bytes: number };
  /** How long this process waits for an answer, in ms; null: there is none. */
  readonly redisMs: number | null;
  readonly centralDatabaseMs: number | null;
  /** Null while the central database is away. */
  readonly outbox: OutboxHealth | null;
  /** Jobs that were given up, by tenant; as of the last look into every outbox, within ten minutes. */
  readonly givenUp: readonly { readonly tenant: string; readonly jobs: number }[];
  readonly alerts: readonly Alert[];
}

/** The page is read when things hang; it must not. */
const WAIT_MS = 3_000;
const HISTORY_HOURS = 24;
const BUCKET_MINUTES = 10;

/** How the platform is, for those who look after it. */
@Injectable()
export class MonitoringService {
  constructor(
    private readonly config: AppConfig,
    private readonly store: SnapshotStore,
    private readonly alerts: AlertsRepository,
    private readonly overview: OverviewRepository,
    private readonly history: ProbeLoginsRepository,
    private readonly central: CentralDatabase,
    private readonly redis: RedisConnections,
    private readonly notes: GivenUpNotes,
    private readonly clock: Clock,
  ) {}

  async condition(): Promise<Condition> {
    const snapshot = await this.store.last();
    if (!snapshot || isStale(snapshot, this.clock.now())) return { condition: 'unknown', failing: [], snapshot };
    const failing = findings(snapshot, this.config.backlogAlert)
      .filter(({ state }) => state === 'bad')
      .map((finding) => alertKey(finding).replace(/:$/, ''));
    return { condition: failing.length > 0 ? 'degraded' : 'ok', failing, snapshot };
  }

  /** Shows what can be seen while parts are away: that is when it is read. */
  async view(_actor: Actor): Promise<MonitoringView> {
    const [condition, redisMs, centralDatabaseMs, outbox, givenUp, alerts] = await Promise.all([
      this.condition(),
      timed(() => this.redis.commands.ping()),
      timed(() => this.central.query('SELECT 1')),
      inTime(WAIT_MS, this.overview.outbox()).catch(() => null),
      inTime(WAIT_MS, this.notes.read()).catch(() => []),
      inTime(WAIT_MS, this.alerts.open()).catch((): Alert[] => []),
    ]);
    return { ...condition, backlogLimits: this.config.backlogAlert, redisMs, centralDatabaseMs, outbox, givenUp, alerts };
  }

  async probeHistory(_actor: Actor): Promise<ProbeBucket[]> {
    return this.history.history(new Date(this.clock.now().getTime() - HISTORY_HOURS * 3_600_000), BUCKET_MINUTES);
  }
}

async function timed(ask: () => Promise<unknown>): Promise<number | null> {
  const started = performance.now();
  try {
    await inTime(WAIT_MS, ask());
    return Math.round((performance.now() - started) * 10) / 10;
  } catch {
    return null;
  }
}

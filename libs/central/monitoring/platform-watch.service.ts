import { basename } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { DbHostsRepository, ProbeHosting } from '@jala/central/tenants';
import { AppConfig, type StatusServer } from '@jala/infra/config';
import { JobQueues } from '@jala/infra/queue';
import { Clock } from '@jala/kernel';
import { RadiusProbe, readSpool, type ResponseTimes, responseTimes, type SpoolState } from '@jala/radius';
import { alertKey, findings, isProven, judge, type Judgement } from './alert.rules';
import { AlertsService } from './alerts.service';
import { drainRate } from './drain-rate';
import { inTime } from './in-time';
import { ProbeLoginsRepository } from './probe-logins.repository';
import type { DatabaseState, LoginState, MonitoringSnapshot, ProcessState } from './snapshot';
import { SnapshotStore } from './snapshot.store';

const LOGIN_EVERY_MS = 60_000;
/** Room for a schedule that fires a little early. */
const SLACK_MS = 2_000;
const DATABASE_WAIT_MS = 3_000;
/** For all that is done with a look: the next one is due after ten seconds. */
const TELLING_WAIT_MS = 6_000;
/** The place of the probe is made with all its tables, once. */
const PLACE_WAIT_MS = 30_000;

type Look = Omit<MonitoringSnapshot, 'streaks'>;

/** Looks at everything the platform rests on, and sees to it that people hear of what is wrong. */
@Injectable()
export class PlatformWatch {
  private readonly logger = new Logger(PlatformWatch.name);
  private telling?: Promise<void>;

  constructor(
    private readonly config: AppConfig,
    private readonly probe: RadiusProbe,
    private readonly hosting: ProbeHosting,
    private readonly hosts: DbHostsRepository,
    private readonly queues: JobQueues,
    private readonly history: ProbeLoginsRepository,
    private readonly alerts: AlertsService,
    private readonly store: SnapshotStore,
    private readonly clock: Clock,
  ) {}

  async look(): Promise<void> {
    const before = await this.store.last();
    const now = this.clock.now();
    const look = await this.see(now, before);
    const judgement = judge(findings(look, this.config.backlogAlert), before?.streaks ?? {});
    await this.store.put({ ...look, streaks: judgement.streaks });
    // One at a time, also when the database hangs: they would pile up.
    this.telling ??= this.tell(look, judgement, now).finally(() => (this.telling = undefined));
    await inTime(TELLING_WAIT_MS, this.telling);
  }

  private async tell(look: Look, judgement: Judgement, now: Date): Promise<void> {
    if (look.login && look.login.at === look.at) await this.remember(look, now);
    await this.alerts.apply(judgement, now);
  }

  private async see(now: Date, before: MonitoringSnapshot | undefined): Promise<Look> {
    const at = now.toISOString();
    const loginIsDue = isDue(before, now);
    // The place first: a login before it exists would be silent.
    const place = loginIsDue ? await this.orNull('the place of the probe', () => this.hosting.place(), PLACE_WAIT_MS) : null;
    const [processes, spool, databases, queues, login, rejects, auth, acct] = await Promise.all([
      Promise.all(this.config.radius.statusServers.map((server) => this.processState(server, at, before))),
      this.orNull('the spool', () => readSpool(this.config.radius.runDir)),
      this.databases(before),
      this.orNull('the queues', () => this.queues.counts()),
      loginIsDue ? this.login(at, before?.login ?? null) : (before?.login ?? null),
      place ? this.orNull('rejected logins', () => place.rejects()) : null,
      loginIsDue ? this.responseTimes('auth') : (before?.responseTimes.auth ?? null),
      loginIsDue ? this.responseTimes('acct') : (before?.responseTimes.acct ?? null),
    ]);
    return {
      at,
      processes,
      login,
      spool,
      drained: drainRate({ at, processes, spool }, before),
      rejects: rejects ?? before?.rejects ?? {},
      responseTimes: { auth, acct },
      databases,
      queues: queues ?? {},
    };
  }

  private async processState(server: StatusServer, at: string, before: MonitoringSnapshot | undefined): Promise<ProcessState> {
    const answer = await this.probe.status(server);
    if (answer) return { name: server.name, latencyMs: answer.latencyMs, statistics: answer.statistics, silentSince: null };
    const since = before?.processes.find(({ name }) => name === server.name)?.silentSince ?? at;
    return { name: server.name, latencyMs: null, statistics: null, silentSince: since };
  }

  private async login(at: string, before: LoginState | null): Promise<LoginState | null> {
    const answer = await this.probe.login();
    if (!answer) return null;
    return { at, ...answer, failingSince: answer.answer === 'accept' ? null : (before?.failingSince ?? at) };
  }

  private async databases(before: MonitoringSnapshot | undefined): Promise<DatabaseState[]> {
    // Their list is in one of them: when that one is away, those of the last look.
    const names = (await this.orNull('the database hosts', () => this.hosts.names())) ?? before?.databases.map(({ name }) => name) ?? [];
    return Promise.all(
      names.map(async (name) => {
        const started = performance.now();
        try {
          await inTime(DATABASE_WAIT_MS, this.hosts.reach(name));
          return { name, latencyMs: Math.round((performance.now() - started) * 10) / 10 };
        } catch {
          return { name, latencyMs: null };
        }
      }),
    );
  }

  /** Once a minute, because each question leaves two lines in FreeRADIUS's log. */
  private async responseTimes(process: 'auth' | 'acct'): Promise<ResponseTimes | null> {
    const socket = this.config.radius.controlSockets.find((path) => basename(path) === `${process}.sock`);
    return socket === undefined ? null : ((await responseTimes(socket, process)) ?? null);
  }

  private async remember({ login, spool }: Look, at: Date): Promise<void> {
    if (!login) return;
    const { answer, latencyMs } = login;
    await this.history.add({ at, answer, latencyMs, backlogBytes: spool?.accounting.bytes ?? null, backlogAgeSeconds: ageOf(spool, at) });
  }

  /** What cannot be looked at must not keep us from seeing the rest. */
  private async orNull<T>(what: string, see: () => Promise<T | undefined>, waitMs = DATABASE_WAIT_MS): Promise<T | null> {
    try {
      return (await inTime(waitMs, see())) ?? null;
    } catch (error) {
      this.logger.warn(`${what} could not be looked at`, error);
      return null;
    }
  }
}

/** Every minute; at every look while it fails, and until it was accepted so often that it is believed: an old answer is no new proof. */
function isDue(before: MonitoringSnapshot | undefined, now: Date): boolean {
  const last = before?.login;
  if (!last || !isProven(before.streaks[alertKey({ kind: 'synthetic-login', subject: '' })])) return true;
  const ago = now.getTime() - Date.parse(last.at);
  // In the future: a clock was set back.
  return ago < 0 || ago >= LOGIN_EVERY_MS - SLACK_MS;
}

const ageOf = (spool: SpoolState | null, at: Date): number | null => {
  if (!spool) return null;
  const { oldestAt } = spool.accounting;
  return oldestAt === null ? 0 : Math.max(0, Math.round(at.getTime() / 1_000 - oldestAt));
};

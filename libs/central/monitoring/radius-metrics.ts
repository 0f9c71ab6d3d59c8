import { Counter, Gauge, type Registry } from 'prom-client';
import { RESPONSE_TIME_SECONDS } from '@jala/radius';
import { AlertsRepository } from './alerts.repository';
import { inTime } from './in-time';
import { isStale, type MonitoringSnapshot, type ProcessState } from './snapshot';
import { SnapshotStore } from './snapshot.store';

/** A scrape that hangs with the database would say nothing about anything. */
const SCRAPE_WAIT_MS = 2_000;

type Labels = Record<string, string>;
type Samples = readonly (readonly [labels: Labels, value: number])[];

interface Series {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly labels: readonly string[];
  readonly of: (snapshot: MonitoringSnapshot, now: Date) => Samples;
}

const answering = (snapshot: MonitoringSnapshot): (ProcessState & { statistics: NonNullable<ProcessState['statistics']> })[] =>
  snapshot.processes.flatMap((process) => (process.statistics ? [{ ...process, statistics: process.statistics }] : []));

/** What a process does: its other counters stay at nothing. One that is not named here may do both. */
const DOES: Readonly<Record<string, readonly ('access' | 'accounting')[]>> = { auth: ['access'], acct: ['accounting'], drain: [] };
const does = (process: string, type: 'access' | 'accounting'): boolean => DOES[process]?.includes(type) ?? true;

const ageOf = (oldestAt: number | null, now: Date): number => (oldestAt === null ? 0 : Math.max(0, now.getTime() / 1_000 - oldestAt));

const perKind = (
  snapshot: MonitoringSnapshot,
  value: (waiting: NonNullable<MonitoringSnapshot['spool']>['accounting']) => number,
): Samples => (snapshot.spool ? (['accounting', 'logins'] as const).map((kind) => [{ kind }, value(snapshot.spool![kind])]) : []);

/** What FreeRADIUS, the spool and the probe say, without a label that grows with tenants, routers or users. */
const SERIES: readonly Series[] = [
  {
    name: 'jala_radius_up',
    help: 'Whether a FreeRADIUS process answered Status-Server at the last look',
    kind: 'gauge',
    labels: ['process'],
    of: ({ processes }) => processes.map(({ name, statistics }) => [{ process: name }, statistics ? 1 : 0]),
  },
  {
    name: 'jala_radius_start_time_seconds',
    help: 'When a FreeRADIUS process started, seconds since 1970',
    kind: 'gauge',
    labels: ['process'],
    of: (snapshot) => answering(snapshot).map(({ name, statistics }) => [{ process: name }, statistics.startedAt]),
  },
  {
    name: 'jala_radius_requests_total',
    help: 'Requests by type since the process started; access includes the questions of the monitoring',
    kind: 'counter',
    labels: ['process', 'type'],
    of: (snapshot) =>
      answering(snapshot).flatMap(({ name, statistics }): Samples => [
        ...(does(name, 'access') ? [[{ process: name, type: 'access' }, statistics.accessRequests] as const] : []),
        ...(does(name, 'accounting') ? [[{ process: name, type: 'accounting' }, statistics.accountingRequests] as const] : []),
      ]),
  },
  {
    name: 'jala_radius_responses_total',
    help: 'Answers by type since the process started',
    kind: 'counter',
    labels: ['process', 'type'],
    of: (snapshot) =>
      answering(snapshot).flatMap(({ name, statistics }): Samples => [
        ...(does(name, 'access')
          ? ([
              [{ process: name, type: 'accept' }, statistics.accessAccepts],
              [{ process: name, type: 'reject' }, statistics.accessRejects],
              [{ process: name, type: 'challenge' }, statistics.accessChallenges],
            ] as const)
          : []),
        ...(does(name, 'accounting') ? [[{ process: name, type: 'accounting' }, statistics.accountingResponses] as const] : []),
      ]),
  },
  {
    name: 'jala_radius_discarded_total',
    help: 'Packets that were not dealt with, by reason, since the process started',
    kind: 'counter',
    labels: ['process', 'type', 'reason'],
    of: (snapshot) =>
      answering(snapshot).flatMap(({ name, statistics: s }): Samples =>
        (
          [
            ['access', 'duplicate', s.authDuplicates],
            ['access', 'malformed', s.authMalformed],
            ['access', 'invalid', s.authInvalid],
            ['access', 'dropped', s.authDropped],
            ['access', 'unknown_type', s.authUnknownTypes],
            ['accounting', 'duplicate', s.acctDuplicates],
            ['accounting', 'malformed', s.acctMalformed],
            ['accounting', 'invalid', s.acctInvalid],
            ['accounting', 'dropped', s.acctDropped],
            ['accounting', 'unknown_type', s.acctUnknownTypes],
          ] as const
        )
          .filter(([type]) => does(name, type))
          .map(([type, reason, count]) => [{ process: name, type, reason }, count] as const),
      ),
  },
  {
    name: 'jala_radius_queue_length',
    help: 'Requests that wait for a thread',
    kind: 'gauge',
    labels: ['process'],
    of: (snapshot) => answering(snapshot).map(({ name, statistics }) => [{ process: name }, statistics.queueAuth + statistics.queueAcct]),
  },
  {
    name: 'jala_radius_rejects_total',
    help: 'Rejected logins of all tenants, in the words of the login history',
    kind: 'counter',
    labels: ['reason'],
    of: ({ rejects }) => Object.entries(rejects).map(([reason, count]) => [{ reason }, count]),
  },
  {
    name: 'jala_radius_response_seconds_bucket',
    help: 'Answers by the time they took, measured by FreeRADIUS, without the second that a reject is held back',
    kind: 'counter',
    labels: ['process', 'le'],
    of: ({ responseTimes }) => Object.entries(responseTimes).flatMap(([process, times]) => (times ? cumulated(process, times) : [])),
  },
  {
    name: 'jala_radius_probe_success',
    help: 'Whether the last synthetic login was accepted',
    kind: 'gauge',
    labels: [],
    of: ({ login }) => (login ? [[{}, login.answer === 'accept' ? 1 : 0]] : []),
  },
  {
    name: 'jala_radius_probe_seconds',
    help: 'How long the last synthetic login took, through the policies and the database',
    kind: 'gauge',
    labels: [],
    of: ({ login }) => (login?.latencyMs == null ? [] : [[{}, login.latencyMs / 1_000]]),
  },
  {
    name: 'jala_radius_probe_timestamp_seconds',
    help: 'When the last synthetic login was tried, seconds since 1970',
    kind: 'gauge',
    labels: [],
    of: ({ login }) => (login ? [[{}, Date.parse(login.at) / 1_000]] : []),
  },
  {
    name: 'jala_radius_spool_bytes',
    help: 'What is acknowledged and not in the database yet',
    kind: 'gauge',
    labels: ['kind'],
    of: (snapshot) => perKind(snapshot, ({ bytes }) => bytes),
  },
  {
    name: 'jala_radius_spool_records',
    help: 'The same in records; extrapolated when it is much',
    kind: 'gauge',
    labels: ['kind'],
    of: (snapshot) => perKind(snapshot, ({ records }) => records),
  },
  {
    name: 'jala_radius_spool_oldest_seconds',
    help: 'How long the oldest record has waited for the database',
    kind: 'gauge',
    labels: ['kind'],
    of: (snapshot, now) => perKind(snapshot, ({ oldestAt }) => ageOf(oldestAt, now)),
  },
  {
    name: 'jala_radius_drained_records_per_second',
    help: 'Records that went to the database between the last two looks',
    kind: 'gauge',
    labels: ['kind'],
    of: ({ drained }) =>
      (['accounting', 'logins'] as const).flatMap((kind): Samples => (drained[kind] === null ? [] : [[{ kind }, drained[kind]]])),
  },
  {
    name: 'jala_radius_dead_letter_files',
    help: 'Files of records that the database refused for good',
    kind: 'gauge',
    labels: [],
    of: ({ spool }) => (spool ? [[{}, spool.dead.files]] : []),
  },
  {
    name: 'jala_radius_dead_letter_bytes',
    help: 'Bytes of records that the database refused for good',
    kind: 'gauge',
    labels: [],
    of: ({ spool }) => (spool ? [[{}, spool.dead.bytes]] : []),
  },
  {
    name: 'jala_database_host_up',
    help: 'Whether a database host answered at the last look',
    kind: 'gauge',
    labels: ['host'],
    of: ({ databases }) => databases.map(({ name, latencyMs }) => [{ host: name }, latencyMs === null ? 0 : 1]),
  },
  {
    name: 'jala_monitoring_timestamp_seconds',
    help: 'When a worker last looked, seconds since 1970',
    kind: 'gauge',
    labels: [],
    of: ({ at }) => [[{}, Date.parse(at) / 1_000]],
  },
];

function cumulated(process: string, { counts, total }: { counts: readonly number[]; total: number }): Samples {
  let sum = 0;
  const ends = counts.slice(0, RESPONSE_TIME_SECONDS.length).map((count, index): readonly [Labels, number] => {
    sum += count;
    return [{ process, le: String(RESPONSE_TIME_SECONDS[index]) }, sum];
  });
  return [...ends, [{ process, le: '+Inf' }, total]];
}

/**
 * Publishes the last look in a registry. Every program shows the same numbers: scrape one of them, or aggregate with `max`.
 * Without a fresh look there are no samples, so that an alert on absence fires instead of old numbers being believed.
 */
export function measureRadius(store: SnapshotStore, alerts: AlertsRepository, registry: Registry): void {
  let fresh: Promise<MonitoringSnapshot | undefined> | undefined;
  // One question to Redis for a scrape, not one for each series.
  const snapshot = (): Promise<MonitoringSnapshot | undefined> => {
    fresh ??= store.last().then((last) => (last && !isStale(last, new Date()) ? last : undefined));
    setImmediate(() => (fresh = undefined));
    return fresh;
  };
  for (const { name, help, kind, labels, of } of SERIES) {
    const settings = { name, help, labelNames: labels, registers: [registry] };
    const show = async (reset: () => void, put: (labels: Labels, value: number) => void): Promise<void> => {
      const last = await snapshot();
      reset();
      if (last) for (const [of_, value] of of(last, new Date())) put(of_, value);
    };
    if (kind === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...settings,
        collect: () =>
          show(
            () => gauge.reset(),
            (at, value) => gauge.set(at, value),
          ),
      });
      gauge.reset();
    } else {
      const counter: Counter = new Counter({
        ...settings,
        collect: () =>
          show(
            () => counter.reset(),
            (at, value) => counter.inc(at, value),
          ),
      });
    }
  }
  const open: Gauge = new Gauge({
    name: 'jala_alerts_open',
    help: 'Alerts that have not been resolved, by kind',
    labelNames: ['kind'],
    registers: [registry],
    collect: async () => {
      const alertsNow = await inTime(SCRAPE_WAIT_MS, alerts.open()).catch(() => undefined);
      open.reset();
      for (const { kind } of alertsNow ?? []) open.inc({ kind });
    },
  });
}

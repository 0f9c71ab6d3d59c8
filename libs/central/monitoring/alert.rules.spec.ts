import { findings, judge } from './alert.rules';
import type { AlertKey, Streak } from './alert.types';
import { drainRate } from './drain-rate';
import type { MonitoringSnapshot } from './snapshot';

const limits = { seconds: 120, bytes: 1_000_000 };
const at = '2026-03-15T03:00:00.000Z';
const now = Date.parse(at) / 1_000;
const none = { bytes: 0, records: 0, oldestAt: null };

const looked = (change: Partial<MonitoringSnapshot> = {}): MonitoringSnapshot => ({
  at,
  processes: [],
  login: null,
  spool: { accounting: none, logins: none, dead: { files: 0, bytes: 0 } },
  drained: { accounting: null, logins: null },
  rejects: {},
  responseTimes: { auth: null, acct: null },
  databases: [],
  queues: {},
  streaks: {},
  ...change,
});
const accounting = (bytes: number, age: number): MonitoringSnapshot =>
  looked({ spool: { accounting: { bytes, records: 1, oldestAt: now - age }, logins: none, dead: { files: 0, bytes: 0 } } });
const stateOf = (snapshot: MonitoringSnapshot): string | undefined =>
  findings(snapshot, limits).find(({ kind }) => kind === 'accounting-backlog')?.state;

describe('what one look finds', () => {
  it.each([
    ['nothing waits', 0, 0, 'good'],
    ['at half of the limits', 500_000, 60, 'good'],
    ['a second older than half', 0, 61, 'between'],
    ['a byte more than half', 500_001, 0, 'between'],
    ['at the limit in seconds', 0, 120, 'between'],
    ['a second older', 0, 121, 'bad'],
    ['at the limit in bytes', 1_000_000, 0, 'between'],
    ['a byte more', 1_000_001, 0, 'bad'],
  ])('a backlog: %s', (_what, bytes, age, state) => {
    expect(stateOf(accounting(bytes, age))).toBe(state);
  });

  it('says nothing about what could not be seen', () => {
    expect(findings(looked({ spool: null }), limits)).toEqual([]);
  });

  it('a login that is answered with a reject is as bad as silence', () => {
    const login = { at, latencyMs: 3, failingSince: at };
    for (const answer of ['reject', 'silent'] as const)
      expect(findings(looked({ login: { ...login, answer } }), limits).at(-1)).toMatchObject({ kind: 'synthetic-login', state: 'bad' });
  });
});

describe('raising and resolving', () => {
  it('ends the alert of a process that is watched no longer, and of nothing that was only not seen', () => {
    const before = { 'radius-process:old': { bad: 9, good: 0 }, 'database-host:far': { bad: 9, good: 0 } };
    const { resolve, raise, streaks } = judge([{ kind: 'radius-process', subject: 'auth', state: 'good', details: {} }], before);
    expect(raise).toEqual([]);
    expect(resolve).toEqual([{ kind: 'radius-process', subject: 'old', state: 'good', details: {} }]);
    expect(Object.keys(streaks).sort()).toEqual(['database-host:far', 'radius-process:auth', 'radius-process:old']);
    expect(judge([], streaks).resolve).toHaveLength(2);
  });

  /** The states of one thing, look by look. @returns what was to be done at each */
  function follow(states: ('bad' | 'between' | 'good')[]): string[] {
    let streaks: Readonly<Record<AlertKey, Streak>> = {};
    return states.map((state) => {
      const judgement = judge([{ kind: 'synthetic-login', subject: '', state, details: {} }], streaks);
      streaks = judgement.streaks;
      return judgement.raise.length > 0 ? 'raise' : judgement.resolve.length > 0 ? 'resolve' : '-';
    });
  }

  it('takes two bad looks and three good ones', () => {
    expect(follow(['bad', 'good', 'bad', 'bad', 'good', 'good', 'good'])).toEqual(['-', '-', '-', 'raise', '-', '-', 'resolve']);
  });

  it('does not end what is only a little better', () => {
    expect(follow(['bad', 'bad', 'between', 'between', 'between', 'between'])).toEqual(['-', 'raise', '-', '-', '-', '-']);
    expect(follow(['bad', 'bad', 'good', 'good', 'between', 'good', 'good', 'good'])).toEqual([
      '-',
      'raise',
      '-',
      '-',
      '-',
      '-',
      '-',
      'resolve',
    ]);
  });

  it('leaves the count of what was not seen this time as it is', () => {
    const streaks = { 'radius-process:drain': { bad: 1, good: 0 } } as const;
    expect(judge([], streaks).streaks).toEqual(streaks);
  });
});

describe('how fast the spool is drained', () => {
  const statistics = (accountingResponses: number, startedAt = 1): MonitoringSnapshot['processes'] => [
    { name: 'acct', latencyMs: 1, silentSince: null, statistics: { accountingResponses, startedAt } as never },
  ];
  const seen = (seconds: number, written: number, waiting: number, startedAt?: number): MonitoringSnapshot =>
    looked({
      at: new Date(Date.parse(at) + seconds * 1_000).toISOString(),
      processes: statistics(written, startedAt),
      spool: { accounting: { bytes: waiting, records: waiting, oldestAt: null }, logins: none, dead: { files: 0, bytes: 0 } },
    });

  it.each([
    ['what was written went on to the database', seen(10, 1_500, 0), 50],
    ['half of it waits', seen(10, 1_500, 250), 25],
    ['all of it waits', seen(10, 1_500, 500), 0],
    ['the process that counts began anew', seen(10, 200, 0, 2), 20],
  ])('%s', (_what, after, rate) => {
    expect(drainRate(after, seen(0, 1_000, 0)).accounting).toBe(rate);
  });

  it('adds up what several processes wrote', () => {
    const both = (acct: number, radsec: number): MonitoringSnapshot['processes'] => [
      ...statistics(acct),
      ...statistics(radsec).map((process) => ({ ...process, name: 'radsec' })),
    ];
    const earlier = { ...seen(0, 0, 0), processes: both(1_000, 300) };
    expect(drainRate({ ...seen(10, 0, 0), processes: both(1_100, 500) }, earlier).accounting).toBe(30);
  });

  it('a backlog that shrinks counts too', () => {
    expect(drainRate(seen(10, 1_000, 100), seen(0, 1_000, 2_100)).accounting).toBe(200);
  });

  it('cannot be told without two looks', () => {
    expect(drainRate(seen(0, 1, 0), undefined)).toEqual({ accounting: null, logins: null });
    expect(drainRate({ ...seen(10, 1, 0), spool: null }, seen(0, 1, 0)).accounting).toBeNull();
  });
});

import type { Login, Session } from '@jala/radius';
import { diagnose, type Evidence } from './diagnosis.rules';
import { beforeOf, condensed, inOrder, positionOf, positionText } from './timeline.rules';
import type { TimelineEntry } from './timeline.types';

const T = Date.parse('2026-03-10T07:00:00.000Z');
const at = (seconds: number): Date => new Date(T + seconds * 1000);
const login = (seconds: number, over: Partial<Login> = {}): Login => ({
  id: seconds,
  at: at(seconds),
  username: 'siti',
  accepted: false,
  reason: 'wrong password',
  routerId: 3,
  nasIp: '192.0.2.1',
  mac: 'AA:BB:CC:DD:EE:FF',
  service: '',
  ...over,
});
const session = (start: number, end: number | null, over: Partial<Session> = {}): Session => ({
  id: start,
  username: 'siti',
  routerId: 3,
  nasIp: '192.0.2.1',
  acctSessionId: '81a',
  startedAt: at(start),
  updatedAt: at(end ?? start + 60),
  endedAt: end === null ? null : at(end),
  seconds: 60,
  inputBytes: 1,
  outputBytes: 2,
  framedIp: '',
  mac: 'AA:BB:CC:DD:EE:FF',
  serviceType: 'pppoe',
  terminateCause: end === null ? '' : 'Lost-Carrier',
  inputBps: null,
  outputBps: null,
  ...over,
});
const rejected = (seconds: number, over: Partial<Login> = {}): TimelineEntry => {
  const of = login(seconds, over);
  return { kind: 'rejected', id: of.id, at: of.at, login: of, times: 1, since: of.at };
};
const accepted = (seconds: number): TimelineEntry => ({
  kind: 'accepted',
  id: seconds,
  at: at(seconds),
  login: login(seconds, { accepted: true, reason: '' }),
});
const started = (seconds: number): TimelineEntry => ({ kind: 'started', id: seconds, at: at(seconds), session: session(seconds, null) });

describe('the order of a timeline', () => {
  it('tells a session after the login that opened it when both are of one second', () => {
    expect([accepted(5), started(5)].sort(inOrder).map(({ kind }) => kind)).toEqual(['started', 'accepted']);
  });

  it('goes on after the last entry without losing or repeating one of the same instant', () => {
    const last = { at: at(0), kind: 'rejected', id: 40 } as const;
    expect(positionOf(positionText(last))).toEqual(last);
    expect(beforeOf('accepted', last)).toEqual({ at: at(0), id: 0 });
    expect(beforeOf('rejected', last)).toEqual({ at: at(0), id: 40 });
    expect(beforeOf('change', last)).toEqual({ at: at(0), id: Number.MAX_SAFE_INTEGER });
  });

  it.each(['', '2026-03-10T07:00:00.000Z_rejected', '2026-03-10T07:00:00.000Z_dropped_1', '2026-99-10T07:00:00.000Z_rejected_1'])(
    'refuses the position %j',
    (text) => {
      expect(() => positionOf(text)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    },
  );
});

describe('what a timeline leaves out', () => {
  it('is the repetition of a refusal, of each user and reason apart', () => {
    const entries = condensed([
      rejected(30),
      rejected(25, { username: 'budi' }),
      rejected(20),
      rejected(10, { reason: 'no such user' }),
      rejected(5),
    ]);
    expect(
      entries.map((entry) => entry.kind === 'rejected' && [entry.login.username, entry.login.reason, entry.times, entry.since]),
    ).toEqual([
      ['siti', 'wrong password', 3, at(5)],
      ['budi', 'wrong password', 1, at(25)],
      ['siti', 'no such user', 1, at(10)],
    ]);
  });

  it('is not a refusal from before something else happened', () => {
    expect(condensed([rejected(30), started(20), rejected(10)])).toHaveLength(3);
  });

  it('is the login that became a session, and no other', () => {
    const entries = [started(162), accepted(160), accepted(0)].sort(inOrder);
    expect(condensed(entries).map(({ kind, id }) => [kind, id])).toEqual([
      ['started', 162],
      ['accepted', 0],
    ]);
    expect(condensed([started(500), accepted(0)])).toHaveLength(2);
  });
});

describe('why somebody is not connected', () => {
  const of = (evidence: Partial<Evidence>) => diagnose({ status: 'active', expiresAt: null, ...evidence });

  it.each<[string, Partial<Evidence>, string]>([
    ['nothing ever came', {}, 'never_tried'],
    ['the last try was refused', { accepted: login(0), ended: session(0, 50), rejected: login(60) }, 'rejected'],
    ['the last session ended', { accepted: login(0), ended: session(1, 50), rejected: login(-60) }, 'ended'],
    ['a login was accepted and no session followed', { ended: session(-500, -400), accepted: login(0) }, 'accepted_without_session'],
    ['the session was cut by a later login that opened one', { ended: session(1, 1), accepted: login(2) }, 'ended'],
    ['the router went silent', { accepted: login(0), silent: session(1, null) }, 'silent'],
    ['the router went silent and a new try was refused', { silent: session(1, null), rejected: login(900) }, 'rejected'],
    ['a session reports', { online: session(1, null), accepted: login(0) }, 'online'],
  ])('%s', (_, evidence, code) => {
    expect(of(evidence).code).toBe(code);
  });

  it('says when a refusal is over, because they only have to try again', () => {
    const evidence = { rejected: login(0, { reason: 'expired 3 h ago' }) };
    expect(of({ ...evidence, status: 'expired' })).toMatchObject({ reason: 'expired 3 h ago', resolved: false });
    expect(of({ ...evidence, status: 'active' })).toMatchObject({ resolved: true });
    expect(of({ rejected: login(0) })).toMatchObject({ resolved: false });
  });

  it('tells of another device that is refused while one is online', () => {
    expect(
      of({ online: session(0, null), rejected: login(50, { reason: 'too many devices (1 of 1 online)' }) }).alsoRejected,
    ).toMatchObject({ at: at(50) });
    expect(of({ online: session(0, null), rejected: login(-50) }).alsoRejected).toBeNull();
  });
});

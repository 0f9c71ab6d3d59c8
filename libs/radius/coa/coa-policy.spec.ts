import type { Session } from '../session-row';
import { identification, mayBeOnline, neededFor, termsFor, type UserTerms } from './coa-policy';

const NOW = new Date('2026-03-10T02:00:00.000Z');
const inSeconds = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

const user: UserTerms = {
  status: 'active',
  expiresAt: null,
  rateLimit: '1M/2M',
  fupBytes: null,
  fupRateLimit: null,
  quotaBytes: null,
  timeQuotaSeconds: null,
  usedBytes: 0,
  usedSeconds: 0,
  quotaWindow: 'total',
  usedWindow: 'total',
  usedUntil: null,
  idleSeconds: null,
  sessionSeconds: null,
};
const session = { startedAt: inSeconds(-100), seconds: 60, inputBytes: 10, outputBytes: 20 };

describe('naming a session', () => {
  const base = { username: 'Budi', acctSessionId: '81000001', framedIp: '10.0.0.7' } as Session;

  it('is by name and id for PPPoE, and by the address too for a hotspot', () => {
    expect(identification({ ...base, serviceType: 'pppoe' })).toEqual({ username: 'Budi', acctSessionId: '81000001', framedIp: '' });
    expect(identification({ ...base, serviceType: 'hotspot' })).toEqual({
      username: 'Budi',
      acctSessionId: '81000001',
      framedIp: '10.0.0.7',
    });
    expect(identification({ ...base, serviceType: null }, 'old').username).toBe('old');
  });
});

describe('who may be online', () => {
  it.each<[string, Partial<UserTerms>, boolean]>([
    ['an active user', {}, true],
    ['a suspended one', { status: 'suspended' }, false],
    ['one a second before the end', { expiresAt: inSeconds(1) }, true],
    ['one at the end', { expiresAt: NOW }, false],
    ['one a byte before the quota', { quotaBytes: 100, usedBytes: 99 }, true],
    ['one at the quota', { quotaBytes: 100, usedBytes: 100 }, false],
    [
      'one at the quota of a day that is over',
      { quotaBytes: 100, usedBytes: 100, quotaWindow: 'day', usedWindow: 'day', usedUntil: NOW },
      true,
    ],
    [
      'one at the quota of this day',
      { quotaBytes: 100, usedBytes: 100, quotaWindow: 'day', usedWindow: 'day', usedUntil: inSeconds(1) },
      false,
    ],
    [
      'one whose usage was counted for another window',
      { quotaBytes: 100, usedBytes: 100, quotaWindow: 'week', usedWindow: 'day', usedUntil: inSeconds(1) },
      true,
    ],
    ['one a second before the time quota', { timeQuotaSeconds: 60, usedSeconds: 59 }, true],
    ['one at the time quota', { timeQuotaSeconds: 60, usedSeconds: 60 }, false],
    ['one outside the login hours', { hoursLeft: 0 }, false],
  ])('%s', (_, terms, expected) => expect(mayBeOnline({ ...user, ...terms }, NOW)).toBe(expected));
});

describe('the terms of a running session', () => {
  it('say "no limit" where the plan has none, so that nothing of another plan stays', () => {
    expect(termsFor({ ...user, rateLimit: null }, session, NOW)).toEqual({ mikrotikRateLimit: '0/0', sessionTimeout: 2_147_483_647 });
  });

  it('count time and volume from the beginning of the session', () => {
    const terms = { ...user, expiresAt: inSeconds(50), quotaBytes: 3 * 2 ** 32, usedBytes: 2 ** 32, idleSeconds: 600 };
    expect(termsFor(terms, session, NOW)).toEqual({
      mikrotikRateLimit: '1M/2M',
      sessionTimeout: 150,
      idleTimeout: 600,
      mikrotikTotalLimit: 30,
      mikrotikTotalLimitGigawords: 2,
    });
    expect(termsFor({ ...terms, sessionSeconds: 120 }, session, NOW).sessionTimeout).toBe(120);
  });

  it('end with whatever ends first', () => {
    const terms = { ...user, expiresAt: inSeconds(500), timeQuotaSeconds: 100, usedSeconds: 30 };
    // 60 seconds were reported, 30 of the quota are counted: 70 more from there.
    expect(termsFor(terms, session, NOW).sessionTimeout).toBe(130);
    expect(termsFor({ ...terms, hoursLeft: 5 }, session, NOW).sessionTimeout).toBe(105);
    const day = { ...user, fupBytes: 1, usedBytes: 1, quotaWindow: 'day', usedWindow: 'day', usedUntil: inSeconds(40) } as const;
    expect(termsFor(day, session, NOW).sessionTimeout).toBe(140);
  });

  it('are the slower ones from the fair-use threshold on', () => {
    const terms = { ...user, fupBytes: 1_000, fupRateLimit: '64k/64k' };
    expect(termsFor({ ...terms, usedBytes: 999 }, session, NOW).mikrotikRateLimit).toBe('1M/2M');
    expect(termsFor({ ...terms, usedBytes: 1_000 }, session, NOW).mikrotikRateLimit).toBe('64k/64k');
  });
});

describe('a change of plan', () => {
  it.each([
    ['nothing, when only the number of devices changes', { sharedUsers: 1 }, { sharedUsers: 2 }, 'nothing'],
    ['a change of the rate', { rateLimit: '1M/1M' }, { rateLimit: '2M/2M' }, 'change'],
    ['a change when the rate limit goes', { rateLimit: '1M/1M' }, { rateLimit: null }, 'change'],
    ['a change when a quota comes', {}, { quotaBytes: 5 }, 'change'],
    ['a new login when the quota goes, which no CoA can unset', { quotaBytes: 5 }, { quotaBytes: null }, 'disconnect'],
    ['a new login for another pool', { pool: 'a' }, { pool: 'b', rateLimit: '2M/2M' }, 'disconnect'],
    ['a change when login hours go', { loginHours: 'Wk0800-1700' }, { loginHours: null }, 'change'],
    ['a new login for another address list', {}, { addressList: 'vip' }, 'disconnect'],
  ])('needs %s', (_, before, after, expected) =>
    expect(neededFor({ rateLimit: '1M/1M', ...before }, { rateLimit: '1M/1M', ...after })).toBe(expected),
  );
});

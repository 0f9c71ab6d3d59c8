import type { Session } from '../sessions.repository';
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
  usedBytes: 0,
  idleSeconds: null,
  sessionSeconds: null,
};
const session = { startedAt: inSeconds(-100), inputBytes: 10, outputBytes: 20 };

describe('naming a session', () => {
  const base = { username: 'Budi', acctSessionId: '81000001', framedIp: '10.0.0.7' } as Session;

  it('is by name and id for PPPoE, and by the address too for a hotspot', () => {
    expect(identification({ ...base, serviceType: 'pppoe' })).toEqual({ username: 'Budi', acctSessionId: '81000001', framedIp: '' });
    expect(identification({ ...base, serviceType: 'hotspot' })).toEqual({ username: 'Budi', acctSessionId: '81000001', framedIp: '10.0.0.7' });
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
    ['a new login for terms it does not know', {}, { addressList: 'vip' }, 'disconnect'],
  ])('needs %s', (_, before, after, expected) => expect(neededFor({ rateLimit: '1M/1M', ...before }, { rateLimit: '1M/1M', ...after })).toBe(expected));
});

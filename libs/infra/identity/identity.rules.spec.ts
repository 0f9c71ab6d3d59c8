import { Logger } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import { LocalCounters, SharedCounters } from './counters';
import { lockMs } from './lockout.rules';
import { PasswordHasher } from './password-hasher';
import { assertGoodPassword } from './password-policy.rules';
import { keyOf, networkOf, Throttle } from './throttle';
import { recoveryCodes } from './two-factor';

// Only what a test asserts may be heard.
Logger.overrideLogger(false);

const weakness = (password: string, email = 'siti.nurhaliza@example.net'): string => {
  try {
    assertGoodPassword(password, email);
    return 'good';
  } catch (error) {
    return (error as DomainError).fields!['password']![0]!.code;
  }
};

describe('the password policy', () => {
  it.each([
    ['kapal kecil di laut', 'good'],
    ['Zx7#pQ2!vw', 'good'],
    ['пароль-рыбака-7', 'good'],
    ['short', 'min_length'],
    ['x'.repeat(129), 'max_length'],
    ['siti.nurhaliza@example.net', 'contains_email'],
    ['Siti.Nurhaliza2024', 'contains_email'],
    ['Password123!', 'too_common'],
    ['mikrotik12345', 'too_common'],
    ['1234567890', 'too_common'],
    ['0987654321', 'too_common'],
    ['qwertyuiop', 'too_common'],
    ['abcdefghijkl', 'too_common'],
    ['aaaaaaaaaabb', 'too_common'],
  ])('finds %s %s', (password, verdict) => {
    expect(weakness(password)).toBe(verdict);
  });
});

describe('the lock', () => {
  it('doubles from one minute and stops at an hour', () => {
    expect([0, 4, 5, 6, 7, 10, 11, 12, 1_000].map((failures) => lockMs(failures) / 60_000)).toEqual([0, 0, 1, 2, 4, 32, 60, 60, 60]);
  });
});

describe('networkOf', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    // What a socket that listens on :: says of an IPv4 client: they must not all count as one.
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
  ])('%s counts as %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});

describe('counting while Redis is away', () => {
  it('goes on in the process, so that guessing stays limited and people stay able to log in', async () => {
    const refused = new Proxy({}, { get: () => () => Promise.reject(new Error('connect ECONNREFUSED')) });
    const counters = new SharedCounters({ commands: refused, key: (...parts: string[]) => parts.join(':') } as never);
    const throttle = new Throttle(counters);
    for (let n = 0; n < 10; n++) await throttle.take('login-account', 'platform', 'a@example.net', '192.0.2.1');
    await expect(throttle.take('login-account', 'platform', 'a@example.net', '192.0.2.1')).rejects.toMatchObject({ code: 'THROTTLED' });
    await throttle.take('login-account', 'platform', 'b@example.net', '192.0.2.1');
  });

  it('starts anew after the window, and never holds more than its share', async () => {
    let now = 0;
    const counters = new LocalCounters(() => now, 3);
    await counters.increment('a', 1_000);
    expect(await counters.increment('a', 1_000)).toEqual({ count: 2, remainingMs: 1_000 });
    now = 1_001;
    expect((await counters.increment('a', 1_000)).count).toBe(1);
    for (const key of ['b', 'c', 'd']) await counters.increment(key, 1_000);
    expect((await counters.increment('a', 1_000)).count).toBe(1);
  });

  it('names keys without the address of anybody', () => {
    expect(keyOf('login-account', ['platform', 'a@example.net'])).toMatch(/^login-account:[0-9a-f]{32}$/);
  });
});

describe('recovery codes', () => {
  it('are ten different ones that can be read aloud', () => {
    const { codes, hashes } = recoveryCodes();
    expect(new Set(codes).size).toBe(10);
    expect(codes.every((code) => /^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/.test(code))).toBe(true);
    expect(hashes).toHaveLength(10);
  });
});

describe('the password hasher', () => {
  it('uses argon2id with 19 MiB and two passes', async () => {
    const hasher = new PasswordHasher();
    const hash = await hasher.hash('kapal kecil di laut');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'kapal kecil di laut')).toBe(true);
    expect(await hasher.verify(hash, 'kapal kecil di darat')).toBe(false);
    expect(await hasher.verify(null, 'nobody has this password')).toBe(false);
  });

  it('spends as much on nobody’s password as on a real one', async () => {
    const hasher = new PasswordHasher();
    const hash = await hasher.hash('kapal kecil di laut');
    await hasher.verify(null, 'warms the decoy up');
    const best = async (against: string | null): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 10; round++) {
        const start = performance.now();
        await hasher.verify(against, 'wrong-password');
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    expect(await best(null)).toBeGreaterThan((await best(hash)) * 0.6);
  });

  it('says busy instead of letting a crowd wait for ever', async () => {
    const hasher = new PasswordHasher();
    const results = await Promise.all(
      Array.from({ length: 110 }, () =>
        hasher.hash('x').then(
          () => 'done',
          (error: unknown) => (error as DomainError).code,
        ),
      ),
    );
    expect(results.filter((result) => result === 'BUSY')).toHaveLength(8);
  });
});

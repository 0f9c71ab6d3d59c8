import { setTimeout as sleep } from 'node:timers/promises';
import { TOTP, Secret } from 'otpauth';
import type { Audience } from '@jala/contracts';
import { LoginService, REFUSES_AFTER_MS } from './login.service';
import { type IdentityUnderTest, origin, PASSWORD, queuedMails, startIdentity } from './identity.test-kit';
import { OwnAccountService } from './own-account.service';
import { PasswordHasher } from './password-hasher';

const code = (error: unknown): string => (error as { code: string }).code;
const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', code);

describe.each<Audience>(['platform', 'tenant'])('logging in on a %s host', (audience) => {
  let kit: IdentityUnderTest;
  let logins: LoginService;

  beforeAll(async () => {
    kit = await startIdentity();
    logins = kit.testing.get(LoginService);
  });
  afterAll(() => kit.stop());
  beforeEach(() => kit.forgetThrottles());

  const on = (test: () => Promise<void>) => (): Promise<void> => kit.on(audience, test);

  it(
    'lets the right password in, whatever the case of the address',
    on(async () => {
      const account = await kit.account();
      const login = await logins.login({ email: ` ${account.email.toUpperCase()} `, password: PASSWORD }, origin());
      expect(login.account.id).toBe(account.id);
      const principal = await kit.principalOf(login);
      expect(principal).toMatchObject({ audience, accountId: account.id, actor: { role: account.role, ip: '203.0.113.9' } });
      expect((await kit.stores.current().accounts.findById(account.id))?.lastLoginAt).toEqual(kit.clock.now());
      const [entry] = await kit.query<{ action: string; ip: string }[]>('SELECT action, ip FROM activity_log ORDER BY id DESC LIMIT 1');
      expect(entry).toEqual({ action: 'login.succeeded', ip: '203.0.113.9' });
    }),
  );

  it(
    'answers wrong, unknown, inactive and not yet chosen passwords alike',
    on(async () => {
      const account = await kit.account();
      const inactive = await kit.account({ active: false });
      const invited = await kit.account({ passwordHash: null });
      for (const [email, password] of [
        [account.email, 'wrong-password'],
        ['nobody@example.net', PASSWORD],
        [inactive.email, PASSWORD],
        [invited.email, 'nobody has this password'],
        ["' OR 1=1 --", PASSWORD],
      ] as const) {
        expect(await failure(logins.login({ email, password }, origin()))).toBe('INVALID_CREDENTIALS');
      }
    }),
  );

  it(
    'works as hard for an account that does not exist, or is switched off',
    on(async () => {
      const verify = jest.spyOn(kit.testing.get(PasswordHasher), 'verify');
      const inactive = await kit.account({ active: false });
      for (const email of ['nobody@example.org', inactive.email])
        await failure(logins.login({ email, password: 'wrong-password' }, origin()));
      expect(verify.mock.calls.map(([hash]) => hash)).toEqual([null, inactive.passwordHash]);
      verify.mockRestore();
    }),
  );

  it(
    'refuses nobody sooner than anybody else, so that the clock does not tell which accounts exist',
    on(async () => {
      const account = await kit.account();
      const nobody = `nobody-${account.email}`;
      const refusal = async (email: string): Promise<[string, boolean]> => {
        const begun = performance.now();
        const refused = await failure(logins.login({ email, password: 'wrong-password' }, origin()));
        return [refused, performance.now() - begun >= REFUSES_AFTER_MS - 5];
      };
      for (const email of [account.email, nobody]) {
        for (let n = 1; n <= 5; n++) expect(await refusal(email)).toEqual(['INVALID_CREDENTIALS', true]);
        expect(await refusal(email)).toEqual(['ACCOUNT_LOCKED', true]);
      }
    }),
  );

  it(
    'locks after five failures, longer each time, tells the owner once, and opens by itself',
    on(async () => {
      const account = await kit.account();
      const attempt = (password: string, n: number): Promise<string> =>
        failure(logins.login({ email: account.email, password }, origin(`192.0.2.${n}`)));
      for (let n = 1; n <= 5; n++) expect(await attempt('wrong-password', n)).toBe('INVALID_CREDENTIALS');
      expect(await attempt(PASSWORD, 6)).toBe('ACCOUNT_LOCKED');
      kit.clock.advance(61_000);
      expect(await attempt('wrong-password', 7)).toBe('INVALID_CREDENTIALS');
      kit.clock.advance(61_000);
      expect(await attempt(PASSWORD, 8)).toBe('ACCOUNT_LOCKED');
      kit.clock.advance(60_000);
      expect(await attempt(PASSWORD, 9)).toBe('no error');
      expect((await queuedMails(kit, account.email)).map(({ params }) => params['event'])).toEqual(['account-locked']);
      expect((await kit.stores.current().accounts.findById(account.id))?.failedLogins).toBe(0);
    }),
  );

  it(
    'locks an address nobody has in the same way',
    on(async () => {
      const email = 'ghost@example.net';
      for (let n = 1; n <= 5; n++) {
        expect(await failure(logins.login({ email, password: 'x' }, origin(`192.0.2.${n}`)))).toBe('INVALID_CREDENTIALS');
      }
      expect(await failure(logins.login({ email, password: 'x' }, origin('192.0.2.6')))).toBe('ACCOUNT_LOCKED');
    }),
  );

  it(
    'does not let parallel guesses past the lock',
    on(async () => {
      const account = await kit.account();
      const hasher = kit.testing.get(PasswordHasher);
      const verify = hasher.verify.bind(hasher);
      let release: () => void;
      const guessed = new Promise<void>((resolve) => (release = resolve));
      // The right one is in the same rush: it was let through the first look at the lock like the others, and proven last.
      const spy = jest.spyOn(hasher, 'verify').mockImplementation(async (hash, password) => {
        if (password === PASSWORD) await guessed;
        return verify(hash, password);
      });
      const right = failure(logins.login({ email: account.email, password: PASSWORD }, origin('192.0.2.98')));
      while (spy.mock.calls.length === 0) await sleep(1);
      const guesses = Array.from({ length: 12 }, (_, n) =>
        failure(logins.login({ email: account.email, password: `guess-number-${n}` }, origin(`192.0.2.${n}`))),
      );
      await Promise.all(guesses);
      release!();
      expect(await right).toBe('ACCOUNT_LOCKED');
      spy.mockRestore();
      expect(await failure(logins.login({ email: account.email, password: PASSWORD }, origin('192.0.2.99')))).toBe('ACCOUNT_LOCKED');
    }),
  );

  it(
    'throttles one address on one account, and says for how long',
    on(async () => {
      const account = await kit.account();
      // Resets of the lock by a colleague must not open the door to unlimited guessing from one place.
      for (let n = 0; n < 10; n++) {
        await kit.stores.current().accounts.update(account.id, { failedLogins: 0, lockedUntil: null });
        expect(await failure(logins.login({ email: account.email, password: 'wrong-password' }, origin()))).toBe('INVALID_CREDENTIALS');
      }
      await kit.stores.current().accounts.update(account.id, { failedLogins: 0, lockedUntil: null });
      const refused = await logins.login({ email: account.email, password: PASSWORD }, origin()).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'THROTTLED', params: { retryAfterSeconds: expect.any(Number) as number } });
      expect(await failure(logins.login({ email: account.email, password: PASSWORD }, origin('192.0.2.200')))).toBe('no error');
    }),
  );

  it(
    'does not let in whose password was replaced while it was being checked',
    on(async () => {
      const account = await kit.account();
      const hasher = kit.testing.get(PasswordHasher);
      const replacement = await hasher.hash('perahu-nelayan-88');
      const verify = hasher.verify.bind(hasher);
      const spy = jest.spyOn(hasher, 'verify').mockImplementation(async (hash, password) => {
        const matches = await verify(hash, password);
        await kit.stores.current().accounts.update(account.id, { passwordHash: replacement });
        return matches;
      });
      const outcome = await failure(logins.login({ email: account.email, password: PASSWORD }, origin()));
      spy.mockRestore();
      expect(outcome).toBe('INVALID_CREDENTIALS');
      expect(await failure(logins.login({ email: account.email, password: 'perahu-nelayan-88' }, origin()))).toBe('no error');
    }),
  );

  it(
    'does not count logins that succeed',
    on(async () => {
      const account = await kit.account();
      for (let n = 0; n < 15; n++) await logins.login({ email: account.email, password: PASSWORD }, origin());
    }),
  );

  describe('with two-factor login', () => {
    const setUp = async (): Promise<{ email: string; secret: string; codes: string[]; id: number }> => {
      const account = await kit.account();
      const principal = await kit.principalOf(await logins.login({ email: account.email, password: PASSWORD }, origin()));
      const own = kit.testing.get(OwnAccountService);
      const { secret, uri } = await own.beginTwoFactor(principal, PASSWORD);
      expect(uri).toMatch(/^otpauth:\/\/totp\//);
      const codes = await own.confirmTwoFactor(principal, totp(secret));
      kit.clock.advance(30_000);
      return { email: account.email, secret, codes, id: account.id };
    };
    const totp = (secret: string, stepsAhead = 0): string =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: kit.clock.now().getTime() + stepsAhead * 30_000 });

    it(
      'asks for the code only from those who know the password',
      on(async () => {
        const { email, secret } = await setUp();
        expect(await failure(logins.login({ email, password: PASSWORD }, origin()))).toBe('TWO_FACTOR_REQUIRED');
        expect(await failure(logins.login({ email, password: 'wrong-password', code: totp(secret) }, origin()))).toBe(
          'INVALID_CREDENTIALS',
        );
        expect(await failure(logins.login({ email, password: PASSWORD, code: totp(secret) }, origin()))).toBe('no error');
      }),
    );

    it(
      'is not set up anew under the hands of whoever has just confirmed it',
      on(async () => {
        const account = await kit.account();
        const principal = await kit.principalOf(await logins.login({ email: account.email, password: PASSWORD }, origin()));
        const own = kit.testing.get(OwnAccountService);
        const { secret } = await own.beginTwoFactor(principal, PASSWORD);
        const hasher = kit.testing.get(PasswordHasher);
        const spy = jest.spyOn(hasher, 'verify').mockImplementationOnce(async () => {
          await own.confirmTwoFactor(principal, totp(secret));
          return true;
        });
        const outcome = await failure(own.beginTwoFactor(principal, PASSWORD));
        spy.mockRestore();
        expect(outcome).toBe('TWO_FACTOR_ALREADY_ENABLED');
        kit.clock.advance(30_000);
        expect(await failure(logins.login({ email: account.email, password: PASSWORD, code: totp(secret) }, origin()))).toBe('no error');
      }),
    );

    it(
      'accepts a code once, even when it is sent twice at the same moment',
      on(async () => {
        const { email, secret } = await setUp();
        const both = await Promise.all(
          [1, 2].map(() => failure(logins.login({ email, password: PASSWORD, code: totp(secret) }, origin()))),
        );
        expect(both.sort()).toEqual(['TWO_FACTOR_INVALID', 'no error']);
      }),
    );

    it(
      'does not accept an older code after a newer one',
      on(async () => {
        const { email, secret } = await setUp();
        expect(await failure(logins.login({ email, password: PASSWORD, code: totp(secret, 1) }, origin()))).toBe('no error');
        expect(await failure(logins.login({ email, password: PASSWORD, code: totp(secret) }, origin()))).toBe('TWO_FACTOR_INVALID');
      }),
    );

    it(
      'forgives a clock that is one step off, not two',
      on(async () => {
        const { email, secret } = await setUp();
        expect(await failure(logins.login({ email, password: PASSWORD, code: totp(secret, 2) }, origin()))).toBe('TWO_FACTOR_INVALID');
        kit.clock.advance(60_000);
        expect(await failure(logins.login({ email, password: PASSWORD, code: totp(secret, -1) }, origin()))).toBe('no error');
      }),
    );

    it(
      'takes each recovery code once and tells the owner',
      on(async () => {
        const { email, codes } = await setUp();
        expect(codes).toHaveLength(10);
        expect(
          await failure(logins.login({ email, password: PASSWORD, code: codes[3]!.toUpperCase().replaceAll('-', ' ') }, origin())),
        ).toBe('no error');
        expect(await failure(logins.login({ email, password: PASSWORD, code: codes[3] }, origin()))).toBe('TWO_FACTOR_INVALID');
        expect(await failure(logins.login({ email, password: PASSWORD, code: codes[4] }, origin()))).toBe('no error');
        expect((await queuedMails(kit, email)).map(({ params }) => params['event'])).toEqual([
          'two-factor-enabled',
          'recovery-code-used',
          'recovery-code-used',
        ]);
      }),
    );

    it(
      'locks the account when codes are guessed',
      on(async () => {
        const { email } = await setUp();
        for (let n = 0; n < 5; n++) {
          expect(await failure(logins.login({ email, password: PASSWORD, code: '000000' }, origin(`192.0.2.${n}`)))).toBe(
            'TWO_FACTOR_INVALID',
          );
        }
        expect(await failure(logins.login({ email, password: PASSWORD, code: '000000' }, origin('192.0.2.9')))).toBe('ACCOUNT_LOCKED');
      }),
    );

    it(
      'keeps the secret and the recovery codes unreadable in the database',
      on(async () => {
        const { id, secret, codes } = await setUp();
        const table = audience === 'platform' ? 'platform_users' : 'staff';
        const [row] = await kit.query<object[]>(`SELECT * FROM ${table} WHERE id = ?`, [id]);
        const stored = JSON.stringify(row);
        for (const readable of [secret, ...codes, ...codes.map((each) => each.replaceAll('-', ''))]) expect(stored).not.toContain(readable);
        const log = JSON.stringify(await kit.query<object[]>('SELECT * FROM activity_log'));
        expect(log).not.toContain(secret);
        expect(log).not.toContain(PASSWORD);
      }),
    );
  });

  it(
    'does not let one tenant’s people in at another',
    on(async () => {
      const account = await kit.account();
      const elsewhere = kit.other.run(() => failure(logins.login({ email: account.email, password: PASSWORD }, origin())));
      expect(await elsewhere).toBe('INVALID_CREDENTIALS');
    }),
  );
});

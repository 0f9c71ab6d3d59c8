import type { Audience } from '@jala/contracts';
import { SecretBox } from '@jala/infra/crypto';
import type { Account } from './account';
import { type IdentityUnderTest, origin, PASSWORD, queuedMails, startIdentity } from './identity.test-kit';
import { LoginService } from './login.service';
import { OwnAccountService } from './own-account.service';
import { PasswordHasher } from './password-hasher';
import { PasswordsService } from './passwords.service';
import type { Login } from './sessions.service';

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );
const NEW = 'perahu-nelayan-88';

describe.each<Audience>(['platform', 'tenant'])('passwords on a %s host', (audience) => {
  let kit: IdentityUnderTest;
  let passwords: PasswordsService;

  beforeAll(async () => {
    kit = await startIdentity();
    passwords = kit.testing.get(PasswordsService);
  });
  afterAll(() => kit.stop());
  beforeEach(() => kit.forgetThrottles());

  const on = (test: () => Promise<void>) => (): Promise<void> => kit.on(audience, test);
  const login = (account: Account, password: string): Promise<Login> =>
    kit.testing.get(LoginService).login({ email: account.email, password }, origin());
  const mailedToken = async (account: Account): Promise<string> => {
    const mail = (await queuedMails(kit, account.email)).at(-1)!;
    const link = kit.testing.get(SecretBox).open(String(mail.params['link_sealed']), 'mail:link');
    const host = audience === 'tenant' ? `${kit.tenant.context.slug}.localhost` : 'localhost';
    expect(new URL(link).hostname).toBe(host);
    return new URL(link).hash.replace('#token=', '');
  };

  it(
    'are reset with a mailed link, once, and everything else is closed',
    on(async () => {
      const account = await kit.account();
      const before = await login(account, PASSWORD);
      await passwords.forgot(account.email.toUpperCase(), origin());
      const token = await mailedToken(account);
      await passwords.reset(token, NEW, origin());
      expect(await failure(kit.principalOf(before))).toBe('UNAUTHENTICATED');
      expect(await failure(login(account, PASSWORD))).toBe('INVALID_CREDENTIALS');
      expect(await failure(login(account, NEW))).toBe('no error');
      expect(await failure(passwords.reset(token, 'another-password-9', origin()))).toBe('RESET_TOKEN_INVALID');
      expect((await queuedMails(kit, account.email)).map(({ template, params }) => params['event'] ?? template)).toEqual([
        'password-reset',
        'password-changed',
      ]);
    }),
  );

  it(
    'are not changed by whoever proved one that was replaced meanwhile',
    on(async () => {
      const account = await kit.account();
      const principal = await kit.principalOf(await login(account, PASSWORD));
      const hasher = kit.testing.get(PasswordHasher);
      const replacement = await hasher.hash('set-by-an-administrator-5');
      const hash = hasher.hash.bind(hasher);
      const spy = jest.spyOn(hasher, 'hash').mockImplementation(async (password) => {
        await kit.stores.current().accounts.update(account.id, { passwordHash: replacement });
        return hash(password);
      });
      const outcome = await failure(passwords.change(principal, PASSWORD, NEW));
      spy.mockRestore();
      expect(outcome).toBe('PASSWORD_WRONG');
      expect(await failure(login(account, 'set-by-an-administrator-5'))).toBe('no error');
    }),
  );

  it(
    'are the proof that an own address is changed with; links to the old one are void, and it is told',
    on(async () => {
      const account = await kit.account();
      const taken = await kit.account();
      const principal = await kit.principalOf(await login(account, PASSWORD));
      const own = kit.testing.get(OwnAccountService);
      const wanted = `new-${account.email}`;
      await passwords.forgot(account.email, origin());
      const token = await mailedToken(account);
      expect(await failure(own.changeEmail(principal, 'not-the-password', wanted))).toBe('PASSWORD_WRONG');
      expect(await failure(own.changeEmail(principal, PASSWORD, taken.email.toUpperCase()))).toBe('STAFF_EMAIL_TAKEN');
      expect(await failure(login(account, PASSWORD))).toBe('no error');
      expect((await own.changeEmail(principal, PASSWORD, ` ${wanted.toUpperCase()}`)).email).toBe(wanted);
      expect(await failure(login(account, PASSWORD))).toBe('INVALID_CREDENTIALS');
      expect(await failure(login({ ...account, email: wanted }, PASSWORD))).toBe('no error');
      expect(await failure(passwords.reset(token, NEW, origin()))).toBe('RESET_TOKEN_INVALID');
      expect((await queuedMails(kit, account.email)).map(({ template, params }) => params['event'] ?? template)).toEqual([
        'password-reset',
        'email-changed',
      ]);
      const log = await kit.query<{ action: string }[]>('SELECT action FROM activity_log WHERE subject_id = ? ORDER BY id', [account.id]);
      expect(log.map(({ action }) => action)).toContain('email.changed');
    }),
  );

  it(
    'travel to the mail sealed: neither the outbox nor the database holds the token',
    on(async () => {
      const account = await kit.account();
      await passwords.forgot(account.email, origin());
      const token = await mailedToken(account);
      const rows = JSON.stringify([
        await kit.query('SELECT * FROM outbox'),
        await kit.query('SELECT *, HEX(token_hash) AS hex FROM password_resets'),
      ]);
      expect(rows).not.toContain(token);
    }),
  );

  it(
    'are reset by one of two simultaneous uses of a link',
    on(async () => {
      const account = await kit.account();
      await passwords.forgot(account.email, origin());
      const token = await mailedToken(account);
      const both = await Promise.all([
        failure(passwords.reset(token, NEW, origin())),
        failure(passwords.reset(token, `${NEW}9`, origin())),
      ]);
      expect(both.sort()).toEqual(['RESET_TOKEN_INVALID', 'no error']);
    }),
  );

  it(
    'are not reset after an hour, nor with an older link',
    on(async () => {
      const account = await kit.account();
      await passwords.forgot(account.email, origin());
      const older = await mailedToken(account);
      await passwords.forgot(account.email, origin());
      const newer = await mailedToken(account);
      expect(await failure(passwords.reset(older, NEW, origin()))).toBe('RESET_TOKEN_INVALID');
      kit.clock.advance(60 * 60_000);
      expect(await failure(passwords.reset(newer, NEW, origin()))).toBe('RESET_TOKEN_INVALID');
    }),
  );

  it(
    'a refused password does not use the link up',
    on(async () => {
      const account = await kit.account();
      await passwords.forgot(account.email, origin());
      const token = await mailedToken(account);
      expect(await failure(passwords.reset(token, 'short', origin()))).toBe('VALIDATION_FAILED');
      expect(await failure(passwords.reset(token, NEW, origin()))).toBe('no error');
    }),
  );

  it(
    'asking for a reset tells nothing about who has an account',
    on(async () => {
      const account = await kit.account();
      const inactive = await kit.account({ active: false });
      const times: number[] = [];
      for (const email of [account.email, 'nobody@example.net', inactive.email]) {
        const start = performance.now();
        await passwords.forgot(email, origin());
        times.push(performance.now() - start);
      }
      // The wait is longer than the work that only an existing account causes.
      expect(Math.min(...times)).toBeGreaterThan(245);
      expect(await queuedMails(kit, inactive.email)).toEqual([]);
    }),
  );

  it(
    'asking is throttled per account, whoever asks',
    on(async () => {
      const account = await kit.account();
      for (let n = 0; n < 5; n++) await passwords.forgot(account.email, origin(`192.0.2.${n}`));
      expect(await failure(passwords.forgot(account.email, origin('192.0.2.77')))).toBe('THROTTLED');
    }),
  );

  it(
    'a reset opens a locked account',
    on(async () => {
      const account = await kit.account();
      for (let n = 0; n < 5; n++) await failure(login(account, 'wrong-password'));
      expect(await failure(login(account, PASSWORD))).toBe('ACCOUNT_LOCKED');
      await passwords.forgot(account.email, origin());
      await passwords.reset(await mailedToken(account), NEW, origin());
      expect(await failure(login(account, NEW))).toBe('no error');
    }),
  );

  it(
    'somebody who was invited chooses the first password',
    on(async () => {
      const account = await kit.account({ passwordHash: null });
      await passwords.forgot(account.email, origin());
      expect((await queuedMails(kit, account.email)).at(-1)?.template).toBe('invitation');
      await passwords.reset(await mailedToken(account), NEW, origin());
      expect(await failure(login(account, NEW))).toBe('no error');
    }),
  );

  it(
    'are changed with the present one as proof; the other sessions end',
    on(async () => {
      const account = await kit.account();
      const here = await login(account, PASSWORD);
      const there = await login(account, PASSWORD);
      const principal = await kit.principalOf(here);
      expect(await failure(passwords.change(principal, 'wrong-password', NEW))).toBe('PASSWORD_WRONG');
      expect(await failure(passwords.change(principal, PASSWORD, account.email))).toBe('VALIDATION_FAILED');
      await passwords.change(principal, PASSWORD, NEW);
      expect(await failure(kit.principalOf(here))).toBe('no error');
      expect(await failure(kit.principalOf(there))).toBe('UNAUTHENTICATED');
      expect(await failure(login(account, NEW))).toBe('no error');
    }),
  );

  it(
    'cannot be guessed through a stolen session',
    on(async () => {
      const account = await kit.account();
      const principal = await kit.principalOf(await login(account, PASSWORD));
      for (let n = 0; n < 10; n++) await failure(passwords.change(principal, `guess-number-${n}`, NEW));
      expect(await failure(passwords.change(principal, PASSWORD, NEW))).toBe('THROTTLED');
    }),
  );
});

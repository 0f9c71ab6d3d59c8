import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { DomainError } from '@jala/contracts';
import { type Account, type LoginOrigin, normalEmail, realmKey } from './account';
import { type AccountStore, AccountStores } from './account-store';
import { Lockout } from './lockout';
import { PasswordHasher } from './password-hasher';
import { SecurityNotices } from './security-notices';
import { type Login, SessionsService } from './sessions.service';
import { networkOf, Throttle } from './throttle';
import { TwoFactor } from './two-factor';

/**
 * Longer than looking at a password and noting the failure take. The note is written for accounts only, and a locked account
 * is refused without looking: without a floor the clock would tell which accounts exist.
 */
export const REFUSES_AFTER_MS = 200;

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** A time code or a recovery code, where the account uses two-factor login. */
  readonly code?: string;
}

@Injectable()
export class LoginService {
  constructor(
    private readonly stores: AccountStores,
    private readonly throttle: Throttle,
    private readonly lockout: Lockout,
    private readonly hasher: PasswordHasher,
    private readonly twoFactor: TwoFactor,
    private readonly sessions: SessionsService,
    private readonly notices: SecurityNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Lets a person in, on the side the request's host stands for.
   * @throws DomainError INVALID_CREDENTIALS, TWO_FACTOR_REQUIRED, TWO_FACTOR_INVALID, ACCOUNT_LOCKED, THROTTLED, BUSY
   */
  async login(credentials: Credentials, origin: LoginOrigin): Promise<Login> {
    const store = this.stores.current();
    const email = normalEmail(credentials.email);
    const who = [realmKey(store.realm), email, networkOf(origin.ip)];
    const address = networkOf(origin.ip);
    await this.throttle.take('login-address', address);
    await this.throttle.take('login-account', ...who);

    const account = await noSooner(REFUSES_AFTER_MS, () => this.proven(store, email, credentials.password, origin));
    // From here on the person knows the password: only a wrong code still counts against them.
    if (account.twoFactorEnabledAt && !credentials.code) {
      await Promise.all([this.throttle.giveBack('login-address', address), this.throttle.giveBack('login-account', ...who)]);
      throw new DomainError('TWO_FACTOR_REQUIRED');
    }
    const login = await this.admit(store, account, credentials.code, origin);
    if (!login) {
      await this.lockout.failed(store, email, account, 'two_factor', origin);
      throw new DomainError('TWO_FACTOR_INVALID');
    }
    await Promise.all([this.throttle.giveBack('login-address', address), this.throttle.clear('login-account', ...who)]);
    return login;
  }

  private async proven(store: AccountStore, email: string, password: string, origin: LoginOrigin): Promise<Account> {
    const account = await store.accounts.findByEmail(email);
    await this.lockout.assertOpen(store, email, account);
    const matches = await this.hasher.verify(account?.passwordHash ?? null, password);
    if (account?.active && matches) return account;
    await this.lockout.failed(store, email, account, account && !account.active ? 'inactive' : 'password', origin);
    throw new DomainError('INVALID_CREDENTIALS');
  }

  /** Undefined when the code is wrong. Everything is looked at again under lock: many guesses may have run at once. */
  private admit(
    store: AccountStore,
    { id, passwordHash }: Account,
    code: string | undefined,
    origin: LoginOrigin,
  ): Promise<Login | undefined> {
    return store.transaction(async () => {
      const account = await store.accounts.findById(id, { lock: true });
      // The password that was proven may have been replaced while it was being checked.
      if (!account?.active || account.passwordHash !== passwordHash) throw new DomainError('INVALID_CREDENTIALS');
      this.lockout.assertUnlocked(account);
      const kind = account.twoFactorEnabledAt ? await this.twoFactor.consume(store, account, code ?? '') : 'none';
      if (!kind) return undefined;
      await store.accounts.update(id, { failedLogins: 0, lockedUntil: null, lastLoginAt: this.clock.now() });
      const login = await this.sessions.open(store, account, origin);
      await store.journal.record(this.notices.actorFor(account, store, origin), 'login.succeeded', store.subject(account), {
        after: { two_factor: kind, user_agent: origin.userAgent },
      });
      if (kind === 'recovery') await this.notices.send(store, account, 'recovery-code-used', origin);
      return login;
    });
  }
}

/** A refusal comes after so long at the earliest. Neither success waits, nor whoever is to come again later. */
async function noSooner<T>(afterMs: number, work: () => Promise<T>): Promise<T> {
  const earliest = performance.now() + afterMs;
  try {
    return await work();
  } catch (error) {
    if (isRefusal(error)) await sleep(Math.max(0, earliest - performance.now()));
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DomainError && (error.code === 'INVALID_CREDENTIALS' || error.code === 'ACCOUNT_LOCKED');

import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { DomainError, type Locale } from '@jala/contracts';
import type { Principal } from '@jala/infra/authz';
import { type Account, normalEmail } from './account';
import { type AccountStore, AccountStores } from './account-store';
import { PasswordsService } from './passwords.service';
import { PrincipalCache } from './principal-cache';
import { SecurityNotices } from './security-notices';
import { recoveryCodes, TwoFactor } from './two-factor';

export interface TwoFactorSetup {
  readonly secret: string;
  readonly uri: string;
}

/** What a person does with their own account. */
@Injectable()
export class OwnAccountService {
  constructor(
    private readonly stores: AccountStores,
    private readonly passwords: PasswordsService,
    private readonly twoFactor: TwoFactor,
    private readonly notices: SecurityNotices,
    private readonly cache: PrincipalCache,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError UNAUTHENTICATED when the account has just been removed */
  async get(principal: Principal): Promise<Account> {
    return this.load(this.stores.current(), principal);
  }

  async update(principal: Principal, changes: { readonly name?: string; readonly locale?: Locale }): Promise<Account> {
    const store = this.stores.current();
    const updated = await store.transaction(async () => {
      const before = await this.load(store, principal, true);
      await store.accounts.update(before.id, changes);
      const after = await this.load(store, principal);
      await store.journal.record(principal.actor, 'profile.updated', store.subject(after), {
        before: { name: before.name, locale: before.locale },
        after: { name: after.name, locale: after.locale },
      });
      return after;
    });
    this.cache.forgetAccount(store.realm, principal.accountId);
    return updated;
  }

  /**
   * Whoever has the address has the account, so the password is asked for, and the old address is told.
   * @throws DomainError PASSWORD_WRONG, STAFF_EMAIL_TAKEN, THROTTLED
   */
  async changeEmail(principal: Principal, password: string, wanted: string): Promise<Account> {
    const store = this.stores.current();
    const proven = await this.load(store, principal);
    await this.passwords.confirm(store, proven, password);
    const email = normalEmail(wanted);
    const updated = await store.transaction(async () => {
      const before = await this.load(store, principal, true);
      // Somebody has replaced the password that was proven: whoever knew it has proven nothing any more.
      if (before.passwordHash !== proven.passwordHash) throw new DomainError('PASSWORD_WRONG');
      if (before.email === email) return before;
      await store.accounts.update(before.id, { email });
      // Links sent to the old address must not open the account any more.
      await store.passwordResets.useAll(before.id, this.clock.now());
      const after = await this.load(store, principal);
      await store.journal.record(principal.actor, 'email.changed', store.subject(after), {
        before: { email: before.email },
        after: { email },
      });
      await this.notices.send(store, after, 'email-changed', principal.actor, before.email);
      return after;
    });
    this.cache.forgetAccount(store.realm, principal.accountId);
    return updated;
  }

  /** Begins the set-up; nothing is asked for at login until a code has confirmed it. */
  async beginTwoFactor(principal: Principal, password: string): Promise<TwoFactorSetup> {
    const store = this.stores.current();
    await this.passwords.confirm(store, await this.load(store, principal), password);
    const secret = this.twoFactor.newSecret();
    const { email } = await store.transaction(async () => {
      const account = await this.load(store, principal, true);
      // Asked under lock: a secret that is in use must not be replaced by one that no app knows.
      if (account.twoFactorEnabledAt) throw new DomainError('TWO_FACTOR_ALREADY_ENABLED');
      await store.accounts.update(account.id, { twoFactorSecret: this.twoFactor.seal(store, account.id, secret), twoFactorLastStep: null });
      return account;
    });
    return { secret, uri: this.twoFactor.uri(secret, await store.displayName(), email) };
  }

  /** The recovery codes are told this once. */
  async confirmTwoFactor(principal: Principal, code: string): Promise<string[]> {
    const store = this.stores.current();
    const { codes, hashes } = recoveryCodes();
    await store.transaction(async () => {
      const account = await this.load(store, principal, true);
      if (account.twoFactorEnabledAt) throw new DomainError('TWO_FACTOR_ALREADY_ENABLED');
      if (!account.twoFactorSecret) throw new DomainError('TWO_FACTOR_NOT_STARTED');
      const step = this.twoFactor.stepOf(store, account, code);
      // 422 on the field, not 401: the person is logged in, and a client must not take it for the end of the session.
      if (step === undefined)
        throw DomainError.field('code', 'wrong_code', 'This code is wrong. Check the clock of your phone and try the next one.');
      await store.accounts.update(account.id, {
        twoFactorEnabledAt: this.clock.now(),
        twoFactorLastStep: step,
        recoveryCodeHashes: hashes,
      });
      await store.journal.record(principal.actor, 'two_factor.enabled', store.subject(account));
      await this.notices.send(store, account, 'two-factor-enabled', principal.actor);
    });
    return codes;
  }

  async disableTwoFactor(principal: Principal, password: string): Promise<void> {
    const store = this.stores.current();
    await this.passwords.confirm(store, await this.load(store, principal), password);
    await store.transaction(async () => {
      const account = await this.load(store, principal, true);
      await store.accounts.update(account.id, { ...NO_TWO_FACTOR });
      if (!account.twoFactorEnabledAt) return;
      await store.journal.record(principal.actor, 'two_factor.disabled', store.subject(account));
      await this.notices.send(store, account, 'two-factor-disabled', principal.actor);
    });
  }

  private async load(store: AccountStore, principal: Principal, lock = false): Promise<Account> {
    const account = await store.accounts.findById(principal.accountId, { lock });
    if (!account) throw new DomainError('UNAUTHENTICATED');
    return account;
  }
}

export const NO_TWO_FACTOR = { twoFactorSecret: null, twoFactorEnabledAt: null, twoFactorLastStep: null, recoveryCodeHashes: [] } as const;

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { type Actor, DomainError } from '@jala/contracts';
import type { Principal } from '@jala/infra/authz';
import { type Account, type LoginOrigin, normalEmail, realmKey } from './account';
import { type AccountStore, AccountStores } from './account-store';
import { PasswordHasher } from './password-hasher';
import { PasswordLinks, resetTokenHash } from './password-links';
import { assertGoodPassword } from './password-policy.rules';
import { SecurityNotices } from './security-notices';
import { SessionsService } from './sessions.service';
import { networkOf, Throttle } from './throttle';

/** Longer than writing a token and an outbox row takes, so that the clock does not tell whether an account exists. */
const FORGOT_ANSWERS_AFTER_MS = 250;

@Injectable()
export class PasswordsService {
  constructor(
    private readonly stores: AccountStores,
    private readonly hasher: PasswordHasher,
    private readonly links: PasswordLinks,
    private readonly sessions: SessionsService,
    private readonly notices: SecurityNotices,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
  ) {}

  /**
   * Proof that the person at the keyboard is the owner of the session.
   * @throws DomainError PASSWORD_WRONG, THROTTLED
   */
  async confirm(store: AccountStore, account: Account, password: string): Promise<void> {
    const who = [realmKey(store.realm), String(account.id)];
    await this.throttle.take('password-check', ...who);
    if (!(await this.hasher.verify(account.passwordHash, password))) throw new DomainError('PASSWORD_WRONG');
    await this.throttle.clear('password-check', ...who);
  }

  /**
   * The session in which it is done goes on; all others end.
   * @throws DomainError PASSWORD_WRONG, VALIDATION_FAILED
   */
  async change(principal: Principal, current: string, wanted: string): Promise<void> {
    const store = this.stores.current();
    const account = await store.accounts.findById(principal.accountId);
    if (!account) throw new DomainError('UNAUTHENTICATED');
    await this.confirm(store, account, current);
    assertGoodPassword(wanted, account.email, 'new_password');
    const passwordHash = await this.hasher.hash(wanted);
    await store.transaction(async () => {
      const now = await store.accounts.findById(account.id, { lock: true });
      // Somebody has replaced the password that was proven: whoever knew it has proven nothing any more.
      if (now?.passwordHash !== account.passwordHash) throw new DomainError('PASSWORD_WRONG');
      await store.accounts.update(account.id, { passwordHash });
      await store.passwordResets.useAll(account.id, this.clock.now());
      await this.sessions.endAll(store, account.id, principal.sessionId);
      await store.journal.record(principal.actor, 'password.changed', store.subject(account));
      await this.notices.send(store, account, 'password-changed', principal.actor);
    });
  }

  /**
   * Sends a link when the address belongs to an account; the caller cannot tell.
   * @throws DomainError THROTTLED
   */
  async forgot(givenEmail: string, origin: LoginOrigin): Promise<void> {
    const store = this.stores.current();
    const email = normalEmail(givenEmail);
    await this.throttle.take('forgot-address', networkOf(origin.ip));
    await this.throttle.take('forgot-account', realmKey(store.realm), email);
    await Promise.all([this.sendReset(store, email, origin), sleep(FORGOT_ANSWERS_AFTER_MS)]);
  }

  /** @throws DomainError RESET_TOKEN_INVALID, VALIDATION_FAILED, THROTTLED */
  async reset(token: string, wanted: string, origin: LoginOrigin): Promise<void> {
    await this.throttle.take('reset-address', networkOf(origin.ip));
    const store = this.stores.current();
    // A first look of its own: a password that is refused must not use up the link, and no lock is held while hashing.
    const owner = await store.transaction(() => this.ownerOf(store, token));
    assertGoodPassword(wanted, owner.email);
    const passwordHash = await this.hasher.hash(wanted);
    await store.transaction(async () => {
      const account = await this.ownerOf(store, token);
      await store.passwordResets.useAll(account.id, this.clock.now());
      await this.replace(store, account, passwordHash, this.notices.actorFor(account, store, origin), 'password.reset');
    });
  }

  /** Sets a password somebody else chose, or the link did: every session ends, and a lock with them. */
  async replace(store: AccountStore, account: Account, passwordHash: string, actor: Actor, action: string): Promise<void> {
    await store.accounts.update(account.id, { passwordHash, failedLogins: 0, lockedUntil: null });
    await this.sessions.endAll(store, account.id);
    await store.journal.record(actor, action, store.subject(account));
    if (account.passwordHash !== null) await this.notices.send(store, account, 'password-changed', actor);
  }

  private async sendReset(store: AccountStore, email: string, origin: LoginOrigin): Promise<void> {
    await store.transaction(async () => {
      const account = await store.accounts.findByEmail(email);
      if (!account?.active) return;
      await this.links.send(store, account, account.passwordHash === null ? 'invite' : 'reset');
      await store.journal.record(this.notices.actorFor(account, store, origin), 'password.reset_requested', store.subject(account));
    });
  }

  private async ownerOf(store: AccountStore, token: string): Promise<Account> {
    const reset = await store.passwordResets.lockByHash(resetTokenHash(token));
    const isGood = reset !== undefined && reset.usedAt === null && reset.expiresAt > this.clock.now();
    const account = isGood ? await store.accounts.findById(reset.accountId) : undefined;
    if (!account?.active) throw new DomainError('RESET_TOKEN_INVALID');
    return account;
  }
}

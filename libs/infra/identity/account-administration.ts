import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { type Actor, DomainError, type Locale, type Page, type PageRequest } from '@jala/contracts';
import { type Account, normalEmail } from './account';
import { assertNotSelf, assertWithinOwn } from './account-administration.rules';
import type { AccountStore } from './account-store';
import type { AccountFilter } from './accounts.repository';
import { NO_TWO_FACTOR } from './own-account.service';
import { PasswordHasher } from './password-hasher';
import { PasswordLinks } from './password-links';
import { assertGoodPassword } from './password-policy.rules';
import { PasswordsService } from './passwords.service';
import { PrincipalCache } from './principal-cache';
import { SecurityNotices } from './security-notices';
import { SessionsService } from './sessions.service';

export interface NewAccountInput {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly locale?: Locale;
  readonly active?: boolean;
  /** Absent: the person is invited by mail and chooses one. */
  readonly password?: string;
}

export type AccountInput = Partial<NewAccountInput>;

/** What is logged of an account before and after a change. */
const logged = ({ name, email, role, locale, active }: Account): object => ({ name, email, role, locale, active });

/** One set of rules for the people of the platform and of a tenant; the store says whose. */
@Injectable()
export class AccountAdministration {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly links: PasswordLinks,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly notices: SecurityNotices,
    private readonly cache: PrincipalCache,
    private readonly clock: Clock,
  ) {}

  list(store: AccountStore, filter: AccountFilter, page: PageRequest): Promise<Page<Account>> {
    return store.accounts.list(filter, page);
  }

  /** @throws DomainError STAFF_NOT_FOUND */
  async get(store: AccountStore, id: number, { lock = false } = {}): Promise<Account> {
    const account = await store.accounts.findById(id, { lock });
    if (!account) throw new DomainError('STAFF_NOT_FOUND', { id });
    return account;
  }

  /** @throws DomainError STAFF_EMAIL_TAKEN, GRANT_EXCEEDS_OWN, ROLE_NOT_FOUND, VALIDATION_FAILED */
  async create(store: AccountStore, actor: Actor, input: NewAccountInput): Promise<Account> {
    const email = normalEmail(input.email);
    await this.assertMayGive(store, actor, input.role);
    if (input.password !== undefined) assertGoodPassword(input.password, email);
    const passwordHash = input.password === undefined ? null : await this.hasher.hash(input.password);
    return store.transaction(async () => {
      const active = input.active ?? true;
      const id = await store.accounts.insert(
        { name: input.name, email, passwordHash, role: input.role, locale: input.locale ?? 'en', active },
        this.clock.now(),
      );
      const account = await this.get(store, id);
      await store.journal.record(actor, 'staff.created', store.subject(account), { after: logged(account) });
      if (passwordHash === null && active) await this.links.send(store, account, 'invite');
      return account;
    });
  }

  /** @throws DomainError STAFF_NOT_FOUND, STAFF_EMAIL_TAKEN, GRANT_EXCEEDS_OWN, CANNOT_CHANGE_SELF, LAST_OWNER, VALIDATION_FAILED */
  async update(store: AccountStore, actor: Actor, id: number, input: AccountInput): Promise<Account> {
    const present = await this.get(store, id);
    const email = input.email === undefined ? undefined : normalEmail(input.email);
    if (input.password !== undefined) {
      // One's own password is changed with the present one as proof.
      assertNotSelf(actor, id);
      assertGoodPassword(input.password, email ?? present.email);
    }
    const passwordHash = input.password === undefined ? undefined : await this.hasher.hash(input.password);
    const updated = await store.transaction(async () => {
      // The holders of the first role are locked before the account, always in this order: two such changes cannot deadlock.
      const holders = await store.accounts.lockActiveIds(store.roles[0] ?? '');
      const before = await this.get(store, id, { lock: true });
      await this.assertMayTouch(store, actor, before);
      await this.assertRoleChange(store, actor, before, input);
      // The link for a new password goes to the address: one's own is changed with the password as proof, in one's account.
      if (email !== undefined && email !== before.email) assertNotSelf(actor, id);
      this.assertNotLast(store, holders, before, input);
      await store.accounts.update(id, { name: input.name, email, role: input.role, locale: input.locale, active: input.active });
      const after = await this.get(store, id);
      await store.journal.record(actor, 'staff.updated', store.subject(after), { before: logged(before), after: logged(after) });
      await this.consequences(store, actor, before, after, passwordHash);
      return after;
    });
    this.cache.forgetAccount(store.realm, id);
    return updated;
  }

  /** @throws DomainError STAFF_NOT_FOUND, GRANT_EXCEEDS_OWN, CANNOT_CHANGE_SELF, LAST_OWNER */
  async remove(store: AccountStore, actor: Actor, id: number): Promise<void> {
    assertNotSelf(actor, id);
    await store.transaction(async () => {
      const holders = await store.accounts.lockActiveIds(store.roles[0] ?? '');
      const account = await this.get(store, id, { lock: true });
      await this.assertMayTouch(store, actor, account);
      this.assertNotLast(store, holders, account, { active: false });
      await store.refreshTokens.deleteOf(id);
      await store.passwordResets.deleteOf(id);
      await store.accounts.delete(id);
      await store.journal.record(actor, 'staff.removed', store.subject(account), { before: logged(account) });
    });
    this.cache.forgetAccount(store.realm, id);
  }

  /** For whoever lost phone and recovery codes. */
  async resetTwoFactor(store: AccountStore, actor: Actor, id: number): Promise<Account> {
    assertNotSelf(actor, id);
    return this.touch(store, actor, id, 'staff.two_factor_reset', async (account) => {
      await store.accounts.update(id, { ...NO_TWO_FACTOR });
      await this.sessions.endAll(store, id);
      if (account.twoFactorEnabledAt) await this.notices.send(store, account, 'two-factor-disabled', actor);
    });
  }

  async unlock(store: AccountStore, actor: Actor, id: number): Promise<Account> {
    return this.touch(store, actor, id, 'staff.unlocked', () => store.accounts.update(id, { failedLogins: 0, lockedUntil: null }));
  }

  /** A new link for somebody who has not used the first, or has forgotten the password. */
  async sendLink(store: AccountStore, actor: Actor, id: number): Promise<Account> {
    return this.touch(store, actor, id, 'staff.link_sent', (account) =>
      this.links.send(store, account, account.passwordHash === null ? 'invite' : 'reset'),
    );
  }

  private async touch(
    store: AccountStore,
    actor: Actor,
    id: number,
    action: string,
    change: (account: Account) => Promise<void>,
  ): Promise<Account> {
    const touched = await store.transaction(async () => {
      const account = await this.get(store, id, { lock: true });
      await this.assertMayTouch(store, actor, account);
      await change(account);
      await store.journal.record(actor, action, store.subject(account));
      return this.get(store, id);
    });
    this.cache.forgetAccount(store.realm, id);
    return touched;
  }

  private async consequences(
    store: AccountStore,
    actor: Actor,
    before: Account,
    after: Account,
    passwordHash: string | undefined,
  ): Promise<void> {
    if (passwordHash !== undefined) await this.passwords.replace(store, after, passwordHash, actor, 'staff.password_set');
    else if (before.active && !after.active) await this.sessions.endAll(store, after.id);
    if (before.email === after.email) return;
    // Links sent to the old address must not open the account any more.
    await store.passwordResets.useAll(after.id, this.clock.now());
    await this.notices.send(store, after, 'email-changed', actor, before.email);
  }

  private async assertMayTouch(store: AccountStore, actor: Actor, account: Account): Promise<void> {
    if (actor.kind !== 'system') assertWithinOwn(actor, await store.permissionsOf(account.role));
  }

  private async assertMayGive(store: AccountStore, actor: Actor, role: string): Promise<void> {
    if (!store.roles.includes(role)) throw new DomainError('ROLE_NOT_FOUND', { role });
    if (actor.kind !== 'system') assertWithinOwn(actor, await store.permissionsOf(role));
  }

  private async assertRoleChange(store: AccountStore, actor: Actor, before: Account, input: AccountInput): Promise<void> {
    const changesRole = input.role !== undefined && input.role !== before.role;
    const switchesOff = input.active === false && before.active;
    if (changesRole || switchesOff) assertNotSelf(actor, before.id);
    if (changesRole && input.role !== undefined) await this.assertMayGive(store, actor, input.role);
  }

  private assertNotLast(store: AccountStore, holders: readonly number[], account: Account, input: AccountInput): void {
    const keepsRole = (input.role ?? account.role) === store.roles[0] && (input.active ?? account.active);
    if (!keepsRole && holders.includes(account.id) && holders.length === 1) throw new DomainError('LAST_OWNER');
  }
}

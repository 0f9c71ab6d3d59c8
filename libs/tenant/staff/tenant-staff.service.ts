import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { type Actor, DomainError, LOCALES, type Page, type PageRequest, systemActor } from '@jala/contracts';
import {
  type Account,
  AccountAdministration,
  type AccountFilter,
  type AccountInput,
  type NewAccountInput,
  normalEmail,
  PasswordLinks,
} from '@jala/infra/identity';
import { type OwnerAccount, TenantScope } from '@jala/infra/tenancy';
import { OWNER } from './role.rules';
import { TenantAccountStore } from './tenant-account.store';

const localeOf = (locale: string): Account['locale'] => LOCALES.find((known) => known === locale) ?? 'id';

/** The people who work for the tenant: the use cases. The rules are those of every account. */
@Injectable()
export class TenantStaffService {
  constructor(
    private readonly administration: AccountAdministration,
    private readonly links: PasswordLinks,
    private readonly store: TenantAccountStore,
    private readonly clock: Clock,
  ) {}

  list(filter: AccountFilter, page: PageRequest): Promise<Page<Account>> {
    return this.administration.list(this.store, filter, page);
  }

  get(id: number): Promise<Account> {
    return this.administration.get(this.store, id);
  }

  create(actor: Actor, input: NewAccountInput): Promise<Account> {
    return this.administration.create(this.store, actor, { ...input, locale: input.locale ?? localeOf(TenantScope.current().locale) });
  }

  update(actor: Actor, id: number, input: AccountInput): Promise<Account> {
    return this.administration.update(this.store, actor, id, input);
  }

  remove(actor: Actor, id: number): Promise<void> {
    return this.administration.remove(this.store, actor, id);
  }

  resetTwoFactor(actor: Actor, id: number): Promise<Account> {
    return this.administration.resetTwoFactor(this.store, actor, id);
  }

  unlock(actor: Actor, id: number): Promise<Account> {
    return this.administration.unlock(this.store, actor, id);
  }

  sendLink(actor: Actor, id: number): Promise<Account> {
    return this.administration.sendLink(this.store, actor, id);
  }

  /** For provisioning, which may run twice: an account with this address stays as it is. */
  async ensureOwner(owner: OwnerAccount): Promise<void> {
    const email = normalEmail(owner.email);
    await this.store.transaction(async () => {
      if (await this.store.accounts.findByEmail(email)) return;
      const values = {
        name: owner.name,
        email,
        passwordHash: owner.passwordHash,
        role: OWNER,
        locale: localeOf(owner.locale),
        active: true,
      };
      const id = await this.store.accounts.insert(values, this.clock.now());
      const after = { name: values.name, email, role: OWNER, locale: values.locale, active: true };
      await this.store.journal.record(systemActor('provisioning'), 'staff.created', this.store.subject({ id, name: owner.name, email }), {
        after,
      });
    });
  }

  /**
   * A token for the owner's first password; whoever asks sends it.
   * @throws DomainError STAFF_NOT_FOUND
   */
  inviteOwner(email: string): Promise<string> {
    return this.store.transaction(async () => {
      const owner = await this.store.accounts.findByEmail(normalEmail(email));
      if (!owner) throw new DomainError('STAFF_NOT_FOUND');
      return this.links.issue(this.store, owner.id, 'invite');
    });
  }
}

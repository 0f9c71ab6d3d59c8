import { Injectable } from '@nestjs/common';
import {
  type Actor,
  type Page,
  type PageRequest,
  type Permission,
  PLATFORM_ROLE_PERMISSIONS,
  PLATFORM_ROLES,
  systemActor,
} from '@jala/contracts';
import { type Account, AccountAdministration, type AccountFilter, type AccountInput, type NewAccountInput } from '@jala/infra/identity';
import { PlatformAccountStore } from './platform-account.store';

export interface PlatformRoleView {
  readonly role: string;
  readonly permissions: readonly Permission[];
  readonly editable: boolean;
}

/** Who runs the platform: the use cases. The rules are those of every account. */
@Injectable()
export class PlatformStaffService {
  constructor(
    private readonly administration: AccountAdministration,
    private readonly store: PlatformAccountStore,
  ) {}

  list(filter: AccountFilter, page: PageRequest): Promise<Page<Account>> {
    return this.administration.list(this.store, filter, page);
  }

  get(id: number): Promise<Account> {
    return this.administration.get(this.store, id);
  }

  create(actor: Actor, input: NewAccountInput): Promise<Account> {
    return this.administration.create(this.store, actor, input);
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

  roles(): PlatformRoleView[] {
    return PLATFORM_ROLES.map((role) => ({ role, permissions: PLATFORM_ROLE_PERMISSIONS[role], editable: false }));
  }

  /** For the first start. Leaves the installation alone when somebody can already run it; says whether it created the account. */
  async ensureFirstAdmin(input: Pick<NewAccountInput, 'name' | 'email' | 'password' | 'locale'>): Promise<boolean> {
    return this.store.transaction(async () => {
      if ((await this.store.accounts.lockActiveIds(PLATFORM_ROLES[0])).length > 0) return false;
      await this.administration.create(this.store, systemActor('first start'), { ...input, role: PLATFORM_ROLES[0] });
      return true;
    });
  }
}

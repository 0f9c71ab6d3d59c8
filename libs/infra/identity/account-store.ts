import { Injectable } from '@nestjs/common';
import type { Audience, Permission } from '@jala/contracts';
import type { ActivityJournal, SqlDatabase, Subject } from '@jala/infra/audit';
import { TenantScope } from '@jala/infra/tenancy';
import type { Account, Realm } from './account';
import { AccountsRepository } from './accounts.repository';
import { PasswordResetsRepository } from './password-resets.repository';
import { RefreshTokensRepository } from './refresh-tokens.repository';

/** Port: one side's accounts with everything the engine keeps about them. Implemented for the platform and for a tenant. */
export abstract class AccountStore {
  abstract readonly audience: Audience;
  /** Of every role somebody in this store can have; the first is the one that may never be without a holder. */
  abstract readonly roles: readonly string[];
  readonly accounts: AccountsRepository;
  readonly refreshTokens: RefreshTokensRepository;
  readonly passwordResets: PasswordResetsRepository;

  protected constructor(
    private readonly database: SqlDatabase,
    readonly journal: ActivityJournal,
    table: 'platform_users' | 'staff',
  ) {
    this.accounts = new AccountsRepository(database, table);
    this.refreshTokens = new RefreshTokensRepository(database);
    this.passwordResets = new PasswordResetsRepository(database);
  }

  /** What the role may do now; nothing for a role that no longer exists. */
  abstract permissionsOf(role: string): Promise<ReadonlySet<Permission>>;

  /** The name people know the service by: in mails, and in their authenticator app. */
  abstract displayName(): Promise<string>;

  get realm(): Realm {
    return { audience: this.audience, tenantId: this.audience === 'tenant' ? TenantScope.current().id : null };
  }

  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.database.transaction(fn);
  }

  afterCommit(fn: () => void): void {
    this.database.afterCommit(fn);
  }

  subject(account: Pick<Account, 'id' | 'name' | 'email'>): Subject {
    return { type: this.audience === 'platform' ? 'platform_user' : 'staff', id: account.id, label: `${account.name} <${account.email}>` };
  }
}

/** The host of the request decides: a tenant's scope leads to its staff, everything else to the platform's users. */
@Injectable()
export class AccountStores {
  constructor(
    readonly platform: AccountStore,
    readonly tenant: AccountStore,
  ) {}

  current(): AccountStore {
    return TenantScope.peek() ? this.tenant : this.platform;
  }
}

import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { PrincipalResolver } from '@jala/infra/authz';
import { AccessTokens } from './access-tokens';
import { AccountMaintenance, IdentityPurge } from './account-maintenance';
import { AccountAdministration } from './account-administration';
import { type AccountStore, AccountStores } from './account-store';
import { SharedCounters } from './counters';
import { Lockout } from './lockout';
import { LoginService } from './login.service';
import { OwnAccountService } from './own-account.service';
import { PasswordHasher } from './password-hasher';
import { PasswordLinks } from './password-links';
import { PasswordsService } from './passwords.service';
import { PrincipalCache } from './principal-cache';
import { SecurityNotices } from './security-notices';
import { SessionsService } from './sessions.service';
import { Throttle } from './throttle';
import { TwoFactor } from './two-factor';

interface IdentityOptions {
  /** The modules that provide the two stores. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  readonly platform: Type<AccountStore>;
  readonly tenant: Type<AccountStore>;
}

const SERVICES = [
  AccountAdministration,
  AccountMaintenance,
  LoginService,
  OwnAccountService,
  PasswordHasher,
  PasswordLinks,
  PasswordsService,
  PrincipalCache,
  SessionsService,
];

@Module({})
export class IdentityModule {
  /** Once in a program. The engine does not know the features whose accounts it serves: the program tells it. */
  static forRoot({ imports, platform, tenant }: IdentityOptions): DynamicModule {
    return {
      module: IdentityModule,
      global: true,
      imports,
      providers: [
        ...SERVICES,
        AccessTokens,
        Lockout,
        SecurityNotices,
        SharedCounters,
        Throttle,
        TwoFactor,
        {
          provide: AccountStores,
          inject: [platform, tenant],
          useFactory: (ofPlatform: AccountStore, ofTenant: AccountStore) => new AccountStores(ofPlatform, ofTenant),
        },
        {
          provide: PrincipalResolver,
          inject: [SessionsService],
          useFactory: (sessions: SessionsService): PrincipalResolver => sessions,
        },
      ],
      exports: [...SERVICES, AccountStores, PrincipalResolver],
    };
  }
}

/** For the worker: what is no longer good is thrown away. */
@Module({ providers: [IdentityPurge] })
export class IdentityWorkerModule {}

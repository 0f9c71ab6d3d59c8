import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Clock, FixedClock } from '@jala/kernel';
import { type Actor, type Audience, type Permission, PLATFORM_PERMISSIONS, TENANT_PERMISSIONS } from '@jala/contracts';
import { ActivityJournal } from '@jala/infra/audit';
import type { AccessClaims, Principal } from '@jala/infra/authz';
import { CentralDatabase } from '@jala/infra/central-db';
import { MailModule } from '@jala/infra/mail';
import { QueueModule, RedisConnections } from '@jala/infra/queue';
import { TenantDatabase } from '@jala/infra/tenancy';
import { createTestCentral, createTestTenancy, TestInfraModule } from '@jala/infra/testing';
import type { Account, LoginOrigin } from './account';
import { AccountStore, AccountStores } from './account-store';
import { IdentityModule } from './identity.module';
import { PasswordHasher } from './password-hasher';
import { type Login, SessionsService } from './sessions.service';

@Injectable()
class CentralJournal extends ActivityJournal {
  constructor(database: CentralDatabase, clock: Clock) {
    super(database, clock);
  }
}

@Injectable()
class TenantJournal extends ActivityJournal {
  constructor(database: TenantDatabase, clock: Clock) {
    super(database, clock);
  }
}

/** Stores as the features have them, with two roles: the first may do everything, the second only look. */
@Injectable()
class PlatformStore extends AccountStore {
  readonly audience = 'platform';
  readonly roles = ['super_admin', 'platform_technician'];

  constructor(database: CentralDatabase, journal: CentralJournal) {
    super(database, journal, 'platform_users');
  }

  async permissionsOf(role: string): Promise<ReadonlySet<Permission>> {
    return new Set(role === 'super_admin' ? PLATFORM_PERMISSIONS : ['monitoring.view']);
  }

  async displayName(): Promise<string> {
    return 'Jala';
  }
}

@Injectable()
class TenantStore extends AccountStore {
  readonly audience = 'tenant';
  readonly roles = ['owner', 'reseller'];

  constructor(database: TenantDatabase, journal: TenantJournal) {
    super(database, journal, 'staff');
  }

  async permissionsOf(role: string): Promise<ReadonlySet<Permission>> {
    return new Set(role === 'owner' ? TENANT_PERMISSIONS : ['dashboard.view']);
  }

  async displayName(): Promise<string> {
    return 'ISP Nusantara';
  }
}

@Module({ providers: [PlatformStore, TenantStore, CentralJournal, TenantJournal], exports: [PlatformStore, TenantStore] })
class StoresModule {}

export const PASSWORD = 'tambak-udang-77';

let number = 0;

/** The whole engine on real databases and Redis, with a clock that stands still. */
export async function startIdentity() {
  const central = await createTestCentral();
  const tenancy = await createTestTenancy();
  const tenant = await tenancy.create();
  const other = await tenancy.create();
  const clock = new FixedClock(new Date('2026-03-15T03:00:00.000Z'));
  const testing: TestingModule = await Test.createTestingModule({
    imports: [
      TestInfraModule.with({ central, tenancy, clock }),
      QueueModule,
      MailModule,
      IdentityModule.forRoot({ imports: [StoresModule], platform: PlatformStore, tenant: TenantStore }),
    ],
  }).compile();
  await testing.init();
  const stores = testing.get(AccountStores);
  const on = <T>(audience: Audience, fn: () => Promise<T>): Promise<T> => (audience === 'tenant' ? tenant.run(fn) : fn());

  return {
    testing,
    clock,
    tenant,
    other,
    stores,
    config: central.config,
    /** Runs as on the host of that side. */
    on,
    /** A fresh account with `PASSWORD`, on the side the code is running on. */
    account: async (changes: { role?: string; active?: boolean; passwordHash?: string | null } = {}): Promise<Account> => {
      const store = stores.current();
      const passwordHash = changes.passwordHash === undefined ? await testing.get(PasswordHasher).hash(PASSWORD) : changes.passwordHash;
      const email = `person${++number}@example.net`;
      const values = {
        name: `Person ${number}`,
        email,
        role: store.roles[0]!,
        locale: 'id' as const,
        active: true,
        ...changes,
        passwordHash,
      };
      const account = await store.accounts.findById(await store.accounts.insert(values, clock.now()));
      return account!;
    },
    query: <T>(sql: string, params: unknown[] = []): Promise<T> => {
      const database = stores.current().audience === 'tenant' ? testing.get(TenantDatabase) : testing.get(CentralDatabase);
      return database.query<T>(sql, params);
    },
    principalOf: (login: Login): Promise<Principal> =>
      testing.get(SessionsService).resolve(claimsOf(login), { ip: '203.0.113.9', requestId: 'test' }),
    actorOf: async (account: Account): Promise<Actor> => ({
      kind: stores.current().audience,
      id: account.id,
      name: account.name,
      role: account.role,
      permissions: await stores.current().permissionsOf(account.role),
    }),
    forgetThrottles: async (): Promise<void> => {
      const redis = testing.get(RedisConnections);
      const keys = await redis.commands.keys(redis.key('throttle', '*'));
      if (keys.length > 0) await redis.commands.del(...keys);
    },
    stop: async (): Promise<void> => {
      await testing.close();
      await tenancy.drop();
      await central.drop();
    },
  };
}

export type IdentityUnderTest = Awaited<ReturnType<typeof startIdentity>>;

export const origin = (ip = '203.0.113.9', userAgent: string | null = 'Firefox'): LoginOrigin => ({ ip, userAgent, requestId: 'test' });

export const claimsOf = (login: Login): AccessClaims => {
  const payload = JSON.parse(Buffer.from(login.accessToken.split('.')[1]!, 'base64url').toString()) as AccessClaims;
  return payload;
};

/** The outbox rows of mails that have not been sent, as the job will read them. */
export interface QueuedMail {
  to: string;
  template: string;
  locale: string;
  params: Record<string, string | number | null>;
}

export async function queuedMails(kit: IdentityUnderTest, to: string): Promise<QueuedMail[]> {
  const rows = await kit.query<{ payload: unknown }[]>("SELECT payload FROM outbox WHERE job = 'mail.send' ORDER BY id");
  return rows
    .map(({ payload }) => (typeof payload === 'string' ? JSON.parse(payload) : payload) as QueuedMail)
    .filter((mail) => mail.to === to);
}

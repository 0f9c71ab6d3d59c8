import { DomainError, type TenantStatus } from '@jala/contracts';
import type { DatabaseTarget, EntityClass } from '@jala/infra/central-db';
import {
  type DirectoryEntry,
  type DirectoryPage,
  type PoolOptions,
  type TenantContext,
  TenantCredentials,
  TenantDatabase,
  TenantDirectory,
  TenantPools,
  TenantScope,
} from '@jala/infra/tenancy';
import { createTenantSchema, dropSchema, randomSuffix, rootOfTestServer } from './test-databases';

/** The tenants of a test: both ports of tenancy from memory. */
export class TestTenants implements TenantDirectory, TenantCredentials {
  private readonly entries = new Map<number, DirectoryEntry>();
  private readonly targets = new Map<number, DatabaseTarget>();

  set(context: TenantContext, target: DatabaseTarget, status: TenantStatus = 'ready'): void {
    this.entries.set(context.id, { ...context, name: `ISP ${context.slug}`, status });
    this.targets.set(context.id, target);
  }

  setStatus(id: number, status: TenantStatus): void {
    const entry = this.entries.get(id);
    if (entry) this.entries.set(id, { ...entry, status });
  }

  async byId(id: number): Promise<DirectoryEntry> {
    const entry = this.entries.get(id);
    if (!entry) throw new DomainError('TENANT_NOT_FOUND', { id });
    return entry;
  }

  async bySlug(slug: string): Promise<DirectoryEntry | undefined> {
    return [...this.entries.values()].find((entry) => entry.slug === slug);
  }

  async byHost(host: string): Promise<DirectoryEntry | undefined> {
    return this.bySlug(host.split('.', 1)[0] ?? '');
  }

  async byDatabase(database: string): Promise<DirectoryEntry | undefined> {
    return [...this.entries.values()].find((entry) => entry.db === database);
  }

  async page({ afterId, limit, statuses }: DirectoryPage): Promise<readonly DirectoryEntry[]> {
    return [...this.entries.values()]
      .filter(({ id, status }) => id > afterId && (statuses?.includes(status) ?? true))
      .sort((a, b) => a.id - b.id)
      .slice(0, limit);
  }

  async credentialsFor(tenant: TenantContext): Promise<DatabaseTarget> {
    const target = this.targets.get(tenant.id);
    if (!target) throw new DomainError('TENANT_NOT_FOUND', { id: tenant.id });
    return target;
  }
}

export interface TestTenant {
  readonly context: TenantContext;
  readonly target: DatabaseTarget;
  /** Runs in the scope of this tenant. */
  run<T>(fn: () => Promise<T>): Promise<T>;
}

export interface TestTenancy {
  readonly tenants: TestTenants;
  readonly pools: TenantPools;
  readonly database: TenantDatabase;
  create(options?: NewTestTenant): Promise<TestTenant>;
  /** Closes the connections and drops every database that was created here. */
  drop(): Promise<void>;
}

export interface NewTestTenant extends Partial<TenantContext> {
  /** False leaves the database without tables. */
  readonly migrate?: boolean;
}

let lastId = 0;

/** One TenantDatabase, as a program has it, and as many fresh tenants as a test wants. */
export async function createTestTenancy({
  entities = [],
  pool = {},
}: { entities?: readonly EntityClass[]; pool?: Partial<PoolOptions> } = {}): Promise<TestTenancy> {
  const root = await rootOfTestServer();
  const tenants = new TestTenants();
  const pools = new TenantPools(tenants, pool);
  const database = await TenantDatabase.open(pools, entities);
  const created: DatabaseTarget[] = [];
  return {
    tenants,
    pools,
    database,
    create: async ({ migrate = true, ...given } = {}) => {
      const target = await createTenantSchema(root, migrate);
      created.push(target);
      const context: TenantContext = {
        id: ++lastId,
        slug: `test-${randomSuffix()}`,
        host: 'default',
        timezone: 'Asia/Jakarta',
        currency: 'IDR',
        locale: 'id',
        ...given,
        db: target.database,
      };
      tenants.set(context, target);
      return { context, target, run: (fn) => TenantScope.run(context, fn) };
    },
    drop: async () => {
      await database.close();
      await Promise.all(created.map((target) => dropSchema(root, target)));
    },
  };
}

/** For a spec that needs one tenant only. */
export async function createTestTenant({ entities = [], ...tenant }: NewTestTenant & { entities?: readonly EntityClass[] } = {}): Promise<
  TestTenant & { database: TenantDatabase; tenancy: TestTenancy; drop(): Promise<void> }
> {
  const tenancy = await createTestTenancy({ entities });
  return { ...(await tenancy.create(tenant)), database: tenancy.database, tenancy, drop: () => tenancy.drop() };
}

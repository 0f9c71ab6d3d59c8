import type { TenantCredentials } from '../ports';
import type { OpenScope } from '../tenant-scope';
import type { PoolIdentity } from './pool-options';

const LIFETIME_MS = 5 * 60_000;
/** More tenants than are busy within the lifetime; beyond it the one asked for longest ago is forgotten. */
const CAPACITY = 2_000;

interface Entry {
  readonly tenantId: number;
  readonly identity: Promise<PoolIdentity>;
  readonly until: number;
  /** Once it is there. */
  known: PoolIdentity | undefined;
}

/** Database accounts of the tenants that are busy now, in memory for minutes only. */
export class CredentialCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly credentials: TenantCredentials) {}

  get(scope: OpenScope): Promise<PoolIdentity> {
    const known = this.entries.get(scope.key);
    if (known && known.until > Date.now()) return known.identity;
    return this.fetch(scope);
  }

  /** Without waiting; undefined while it is asked for, or has to be. */
  known(scope: OpenScope): PoolIdentity | undefined {
    const entry = this.entries.get(scope.key);
    return entry && entry.until > Date.now() ? entry.known : undefined;
  }

  /** Asks again, unless somebody did so since `stale` was handed out. */
  refresh(scope: OpenScope, stale: Promise<PoolIdentity>): Promise<PoolIdentity> {
    const known = this.entries.get(scope.key);
    return known && known.identity !== stale ? known.identity : this.fetch(scope);
  }

  forget(tenantId: number): void {
    for (const [key, entry] of this.entries) if (entry.tenantId === tenantId) this.entries.delete(key);
  }

  private fetch(scope: OpenScope): Promise<PoolIdentity> {
    const identity = this.ask(scope);
    this.entries.delete(scope.key);
    const entry: Entry = { tenantId: scope.tenant.id, identity, until: Date.now() + LIFETIME_MS, known: undefined };
    this.entries.set(scope.key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > CAPACITY && oldest !== undefined) this.entries.delete(oldest);
    identity.then(
      (known) => (entry.known = known),
      () => {
        if (this.entries.get(scope.key) === entry) this.entries.delete(scope.key);
      },
    );
    return identity;
  }

  private async ask({ tenant, key }: OpenScope): Promise<PoolIdentity> {
    const target = await this.credentials.credentialsFor(tenant);
    // The scope says whose data this is; an account that leads elsewhere is never used.
    if (target.database !== tenant.db) throw new Error(`The credentials of tenant ${tenant.slug} are for another database.`);
    return { key, target };
  }
}

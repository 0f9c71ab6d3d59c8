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
    this.entries.set(scope.key, { tenantId: scope.tenant.id, identity, until: Date.now() + LIFETIME_MS });
    const [oldest] = this.entries.keys();
    if (this.entries.size > CAPACITY && oldest !== undefined) this.entries.delete(oldest);
    identity.catch(() => {
      if (this.entries.get(scope.key)?.identity === identity) this.entries.delete(scope.key);
    });
    return identity;
  }

  private async ask({ tenant, key }: OpenScope): Promise<PoolIdentity> {
    const target = await this.credentials.credentialsFor(tenant);
    // The scope says whose data this is; an account that leads elsewhere is never used.
    if (target.database !== tenant.db) throw new Error(`The credentials of tenant ${tenant.slug} are for another database.`);
    return { key, target };
  }
}

import type { TenantStatus } from '@jala/contracts';
import type { DatabaseTarget } from '@jala/infra/central-db';
import type { TenantContext } from './tenant-scope';

export type DirectoryEntry = TenantContext & { readonly name: string; readonly status: TenantStatus };

/**
 * Which tenants there are. Whoever opens a scope asks here first and decides by the status: a scope that is open stays open
 * when its tenant is suspended meanwhile, a new one is refused.
 */
export abstract class TenantDirectory {
  /** @throws DomainError TENANT_NOT_FOUND */
  abstract byId(id: number): Promise<DirectoryEntry>;
  abstract bySlug(slug: string): Promise<DirectoryEntry | undefined>;
  /** `host` in lower case, without port: a subdomain of the root domain or a tenant's own domain. */
  abstract byHost(host: string): Promise<DirectoryEntry | undefined>;
  /** The next tenants after this id, in the order of their ids; read afresh, never from a cache. */
  abstract page(request: DirectoryPage): Promise<readonly DirectoryEntry[]>;
}

export interface DirectoryPage {
  readonly afterId: number;
  readonly limit: number;
  /** All statuses when absent. */
  readonly statuses?: readonly TenantStatus[];
}

/** Where a tenant's database is and its own account there. The pool caches the answer and asks again when the server refuses it. */
export abstract class TenantCredentials {
  abstract credentialsFor(tenant: TenantContext): Promise<DatabaseTarget>;
}

export interface RouterClaim {
  readonly tenantId: number;
  /** Canonical IPv4 or IPv6 address. */
  readonly address: string;
  readonly secret: string;
  readonly name: string;
  readonly requireMessageAuthenticator: boolean;
}

/**
 * The platform's list of router addresses. An address belongs to one tenant at most. It is claimed before the tenant's own
 * transaction and given back after it; a claim that no router came of is given back later.
 */
export abstract class RouterRegistry {
  /** @throws DomainError ROUTER_ADDRESS_TAKEN */
  abstract claim(claim: RouterClaim): Promise<{ readonly registryId: number }>;
  /** Releasing what is not there is no error. */
  abstract release(tenantId: number, registryId: number): Promise<void>;
  /** What RADIUS has seen of these routers; others of other tenants are left out. */
  abstract troubles(tenantId: number, registryIds: readonly number[]): Promise<ReadonlyMap<number, RouterTrouble>>;
}

export interface RouterTrouble {
  /** The last packet signed with another secret than the registered one. */
  readonly wrongSecretAt: Date | null;
  /** The last packet dropped because this router must sign its requests (Message-Authenticator) and did not. */
  readonly unsignedRefusedAt: Date | null;
}

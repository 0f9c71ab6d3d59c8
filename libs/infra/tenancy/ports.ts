import type { RouterConnection, TenantStatus } from '@jala/contracts';
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
  /** By the name of its database: what does not come from a person but from FreeRADIUS. */
  abstract byDatabase(database: string): Promise<DirectoryEntry | undefined>;
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
  readonly connection: RouterConnection;
  /** Canonical IPv4 or IPv6 address. A radsec router has none; the registry gives it one that stands for it. */
  readonly address: string | undefined;
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
  abstract claim(claim: RouterClaim): Promise<{ readonly registryId: number; readonly address: string }>;
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

/** A certificate of a radsec router, as the platform keeps it: the private key is with the router only. */
export interface RouterCertificate {
  readonly id: number;
  /** Hexadecimal. */
  readonly serial: string;
  readonly commonName: string;
  readonly issuedAt: Date;
  readonly issuedBy: string;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
}

/** The router whose certificates are meant: its claim, which must be the tenant's. */
export interface CertificateHolder {
  readonly tenantId: number;
  readonly registryId: number;
}

/** Certificates of routers from Jala's own CA. FreeRADIUS learns of a change when the router is published. */
export abstract class RouterCertificates {
  /** PEM of the CA: what routers must trust. */
  abstract authority(): Promise<string>;
  /** Newest first. */
  abstract list(holder: CertificateHolder): Promise<RouterCertificate[]>;
  /**
   * @returns the certificate with its key as PKCS#12, which is not kept
   * @throws DomainError ROUTER_NOT_FOUND, ROUTER_CERTIFICATE_LIMIT
   */
  abstract issue(
    holder: CertificateHolder,
    issuedBy: string,
    password: string,
  ): Promise<{ readonly certificate: RouterCertificate; readonly pkcs12: Buffer }>;
  /** Revoking again changes nothing. @throws DomainError ROUTER_CERTIFICATE_NOT_FOUND */
  abstract revoke(holder: CertificateHolder, id: number, revokedBy: string): Promise<RouterCertificate>;
  /** Takes back one that nobody has received. */
  abstract discard(holder: CertificateHolder, id: number): Promise<void>;
}

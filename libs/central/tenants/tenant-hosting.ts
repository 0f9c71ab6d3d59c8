import type { DatabaseTarget } from '@jala/infra/central-db';

/** Where a tenant's data is to live. */
export interface TenantPlace {
  /** The name of the database host. */
  readonly host: string;
  readonly database: string;
  /** The tenant's own account, which may use nothing but this database. */
  readonly user: string;
}

/**
 * What makes and removes tenant databases. Everything may be called again and then finds its work done.
 * `local`: statements on a database server whose administrator we are. A hosting panel (`TENANT_MODE=cpanel`) will make
 * databases and accounts through its own API instead; only this port changes with it.
 */
export abstract class TenantHosting {
  abstract hasDatabase(place: TenantPlace): Promise<boolean>;
  abstract createDatabase(place: TenantPlace): Promise<void>;
  /** The account exists with this password and reaches its own database only. */
  abstract ensureAccount(place: TenantPlace, password: string): Promise<void>;
  /** The account that migrations run as. */
  abstract migrationTarget(place: TenantPlace): Promise<DatabaseTarget>;
  /** The RADIUS server may use the tables it needs, which must exist. */
  abstract grantRadius(place: TenantPlace): Promise<void>;
  /** Nobody but the administrator can reach the data any more. */
  abstract revokeAccess(place: TenantPlace): Promise<void>;
  /** Data and accounts are gone. */
  abstract remove(place: TenantPlace): Promise<void>;
}

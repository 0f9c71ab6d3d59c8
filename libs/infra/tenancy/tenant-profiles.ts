import type { Locale } from '@jala/contracts';

/** What a tenant says about itself that the platform must know too: it stands in mails, and decides what "today" is. */
export interface TenantProfile {
  readonly name: string;
  /** IANA zone. */
  readonly timezone: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly locale: Locale;
}

/** The platform keeps it; the tenant's owner changes it. */
export abstract class TenantProfiles {
  /** Read afresh. @throws DomainError TENANT_NOT_FOUND */
  abstract read(tenantId: number): Promise<TenantProfile>;

  /** @throws DomainError TENANT_NOT_FOUND, VALIDATION_FAILED on `timezone` or `currency` */
  abstract write(tenantId: number, profile: TenantProfile): Promise<void>;
}

import { Injectable } from '@nestjs/common';
import { type BillingPeriod, SubscriptionsService } from '@jala/central/plans';
import { PublicLinks } from '@jala/infra/mail';
import type { TenantDomain } from './domain.entity';
import type { Tenant } from './tenant.entity';
import { TenantsRepository } from './tenants.repository';

export interface TenantView extends Omit<Tenant, 'dbPasswordEnc' | 'ownerPasswordHash'> {
  /** Where its people log in. */
  readonly url: string;
  readonly plan: { readonly id: number; readonly name: string; readonly billingPeriod: BillingPeriod } | null;
  readonly domains: readonly TenantDomain[];
  readonly hasExport: boolean;
}

/** Puts together what is shown of tenants, for a page of them with two more queries. */
@Injectable()
export class TenantViews {
  constructor(
    private readonly tenants: TenantsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly links: PublicLinks,
  ) {}

  async of(tenants: readonly Tenant[]): Promise<TenantView[]> {
    const ids = tenants.map(({ id }) => id);
    const [domains, running] = await Promise.all([this.tenants.domainsOf(ids), this.subscriptions.running(ids)]);
    return tenants.map(({ dbPasswordEnc: _password, ownerPasswordHash: _hash, ...tenant }) => {
      const subscription = running.get(tenant.id);
      return {
        ...tenant,
        url: this.links.origin(tenant.slug),
        plan: subscription ? { id: subscription.plan.id, name: subscription.plan.name, billingPeriod: subscription.billingPeriod } : null,
        domains: domains.filter(({ tenantId }) => tenantId === tenant.id),
        hasExport: tenant.exportPath !== null,
      };
    });
  }
}

/** What the activity log shows of a tenant. */
export const auditOf = (
  tenant: Pick<Tenant, 'name' | 'slug' | 'status' | 'ownerName' | 'ownerEmail' | 'timezone' | 'currency' | 'locale'> & Partial<Tenant>,
): Record<string, unknown> => ({
  name: tenant.name,
  slug: tenant.slug,
  status: tenant.status,
  owner_name: tenant.ownerName,
  owner_email: tenant.ownerEmail,
  timezone: tenant.timezone,
  currency: tenant.currency,
  locale: tenant.locale,
  suspended_reason: tenant.suspendedReason ?? null,
});

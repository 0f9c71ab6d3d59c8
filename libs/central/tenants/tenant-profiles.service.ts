import { Injectable } from '@nestjs/common';
import { type TenantProfile, TenantProfiles } from '@jala/infra/tenancy';
import { CachedTenantDirectory } from './tenant-directory.service';
import { assertCurrency, assertTimezone } from './tenant.rules';
import { tenantNotFound } from './tenants.errors';
import { TenantsRepository } from './tenants.repository';

@Injectable()
export class StoredTenantProfiles extends TenantProfiles {
  constructor(
    private readonly tenants: TenantsRepository,
    private readonly directory: CachedTenantDirectory,
  ) {
    super();
  }

  async read(tenantId: number): Promise<TenantProfile> {
    const tenant = await this.tenants.find(tenantId);
    if (!tenant) throw tenantNotFound(tenantId);
    const { name, timezone, currency, locale } = tenant;
    return { name, timezone, currency, locale };
  }

  async write(tenantId: number, { name, timezone, currency, locale }: TenantProfile): Promise<void> {
    assertTimezone(timezone);
    assertCurrency(currency);
    await this.tenants.update(tenantId, { name, timezone, currency, locale });
    await this.directory.forget();
  }
}

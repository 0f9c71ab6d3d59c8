import { Injectable } from '@nestjs/common';
import { type Actor, DomainError } from '@jala/contracts';
import { ActivityLog } from '@jala/central/activity';
import { CentralDatabase, duplicateKeyOf } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import type { TenantDomain } from './domain.entity';
import { CachedTenantDirectory } from './tenant-directory.service';
import type { Tenant } from './tenant.entity';
import { canonicalHost, slugOfHost } from './tenant.rules';
import { domainNotFound, domainTaken, tenantNotFound, tenantStateConflict } from './tenants.errors';
import { TenantsRepository } from './tenants.repository';

/** Which host names lead to a tenant. */
@Injectable()
export class DomainsService {
  constructor(
    private readonly db: CentralDatabase,
    private readonly tenants: TenantsRepository,
    private readonly directory: CachedTenantDirectory,
    private readonly activity: ActivityLog,
    private readonly config: AppConfig,
  ) {}

  async list(_actor: Actor, tenantId: number): Promise<TenantDomain[]> {
    if (!(await this.tenants.find(tenantId))) throw tenantNotFound(tenantId);
    return this.tenants.domainsOf([tenantId]);
  }

  /** @throws DomainError TENANT_NOT_FOUND, DOMAIN_TAKEN, VALIDATION_FAILED */
  async add(actor: Actor, tenantId: number, host: string): Promise<TenantDomain> {
    const canonical = canonicalHost(host);
    const { rootDomain } = this.config.publicAddress;
    if (canonical === rootDomain || canonical.endsWith(`.${rootDomain}`)) {
      throw DomainError.field('host', 'reserved', "Names below the platform's own domain belong to slugs.");
    }
    try {
      return await this.db.transaction(async () => {
        const tenant = await this.lock(tenantId);
        const domain = await this.tenants.insertDomain(tenantId, canonical);
        await this.activity.record(actor, 'tenant.domain_added', subjectOf(tenant), { after: { host: canonical } });
        this.db.afterCommit(() => this.directory.forget());
        return domain;
      });
    } catch (error) {
      if (duplicateKeyOf(error) === 'domains_host') throw domainTaken(canonical);
      throw error;
    }
  }

  /** @throws DomainError TENANT_NOT_FOUND, DOMAIN_NOT_FOUND, VALIDATION_FAILED for the name that follows from the slug. */
  async remove(actor: Actor, tenantId: number, domainId: number): Promise<void> {
    await this.db.transaction(async () => {
      const tenant = await this.lock(tenantId);
      const domain = await this.tenants.findDomainById(tenantId, domainId);
      if (!domain) throw domainNotFound(domainId);
      if (slugOfHost(domain.host, this.config.publicAddress.rootDomain) === tenant.slug) {
        throw DomainError.field('host', 'reserved', 'The name that follows from the slug stays as long as the tenant.');
      }
      await this.tenants.removeDomain(domainId);
      await this.activity.record(actor, 'tenant.domain_removed', subjectOf(tenant), { before: { host: domain.host } });
      this.db.afterCommit(() => this.directory.forget());
    });
  }

  private async lock(tenantId: number): Promise<Tenant> {
    const tenant = await this.tenants.lock(tenantId);
    if (!tenant) throw tenantNotFound(tenantId);
    if (tenant.status === 'deleting') throw tenantStateConflict(tenant.status);
    return tenant;
  }
}

const subjectOf = (tenant: Tenant) => ({ type: 'tenant', id: tenant.id, label: tenant.name });

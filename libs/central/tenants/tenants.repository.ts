import { Injectable } from '@nestjs/common';
import type { Page, PageRequest, TenantStatus } from '@jala/contracts';
import { CentralDatabase, containsPattern, sortColumn } from '@jala/infra/central-db';
import { In, MoreThan } from 'typeorm';
import { TenantDomain } from './domain.entity';
import { Tenant } from './tenant.entity';

export interface TenantFilter {
  readonly status?: TenantStatus;
}

const SORTS: Readonly<Record<string, string>> = {
  name: 'tenant.name',
  slug: 'tenant.slug',
  status: 'tenant.status',
  created_at: 'tenant.createdAt',
};

@Injectable()
export class TenantsRepository {
  constructor(private readonly db: CentralDatabase) {}

  async list(request: PageRequest, filter: TenantFilter): Promise<Page<Tenant>> {
    const query = this.db.repository(Tenant).createQueryBuilder('tenant');
    if (filter.status) query.andWhere('tenant.status = :status', { status: filter.status });
    if (request.search) {
      query.andWhere('(tenant.name LIKE :search OR tenant.slug LIKE :search OR tenant.ownerEmail LIKE :search)', {
        search: containsPattern(request.search),
      });
    }
    const sort = sortColumn(SORTS, request.sort);
    // Without a wish the newest comes first: that is the tenant somebody is setting up.
    const order = sort ? (request.order === 'desc' ? 'DESC' : 'ASC') : 'DESC';
    const [rows, total] = await query
      .orderBy(sort ?? 'tenant.id', order)
      .addOrderBy('tenant.id', order)
      .offset((request.page - 1) * request.perPage)
      .limit(request.perPage)
      .getManyAndCount();
    return { rows, total };
  }

  async find(id: number): Promise<Tenant | null> {
    return this.db.repository(Tenant).findOneBy({ id });
  }

  async findBySlug(slug: string): Promise<Tenant | null> {
    return this.db.repository(Tenant).findOneBy({ slug });
  }

  /** Names are given once, also over several hosts. */
  async findByDatabase(dbName: string): Promise<Tenant | null> {
    return this.db
      .repository(Tenant)
      .createQueryBuilder('tenant')
      .where('tenant.db_host IN (SELECT name FROM db_hosts) AND tenant.db_name = :dbName', { dbName })
      .getOne();
  }

  async findByDomain(host: string): Promise<Tenant | null> {
    const domain = await this.db.repository(TenantDomain).findOneBy({ host });
    return domain && this.find(domain.tenantId);
  }

  /** By id, after `afterId`: a run over all tenants is not confused by tenants that come and go meanwhile. */
  async pageAfter(afterId: number, limit: number, statuses?: readonly TenantStatus[]): Promise<Tenant[]> {
    return this.db.repository(Tenant).find({
      where: { id: MoreThan(afterId), ...(statuses ? { status: In([...statuses]) } : {}) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** Kept as it is until the transaction ends. */
  async lock(id: number): Promise<Tenant | null> {
    return this.db.repository(Tenant).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async insert(tenant: Partial<Tenant>): Promise<number> {
    const { identifiers } = await this.db.repository(Tenant).insert(tenant);
    return Number(identifiers[0]!['id']);
  }

  async update(id: number, change: Partial<Tenant>): Promise<void> {
    await this.db.repository(Tenant).update({ id }, change);
  }

  async remove(id: number): Promise<void> {
    await this.db.repository(Tenant).delete({ id });
  }

  async domainsOf(tenantIds: readonly number[]): Promise<TenantDomain[]> {
    if (tenantIds.length === 0) return [];
    return this.db.repository(TenantDomain).find({ where: { tenantId: In([...tenantIds]) }, order: { id: 'ASC' } });
  }

  async findDomain(host: string): Promise<TenantDomain | null> {
    return this.db.repository(TenantDomain).findOneBy({ host });
  }

  async findDomainById(tenantId: number, id: number): Promise<TenantDomain | null> {
    return this.db.repository(TenantDomain).findOneBy({ id, tenantId });
  }

  async insertDomain(tenantId: number, host: string): Promise<TenantDomain> {
    return this.db.repository(TenantDomain).save({ tenantId, host });
  }

  async removeDomain(id: number): Promise<void> {
    await this.db.repository(TenantDomain).delete({ id });
  }

  async countByStatus(): Promise<Map<TenantStatus, number>> {
    const rows = await this.db.query<{ status: TenantStatus; tenants: number }[]>(
      'SELECT status, COUNT(*) AS tenants FROM tenants GROUP BY status',
    );
    return new Map(rows.map((row) => [row.status, Number(row.tenants)]));
  }
}

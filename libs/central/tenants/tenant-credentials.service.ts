import { Injectable } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import type { DatabaseTarget } from '@jala/infra/central-db';
import { SecretBox } from '@jala/infra/crypto';
import { TenantCredentials, type TenantContext } from '@jala/infra/tenancy';
import { DbHostsRepository } from './db-hosts.repository';
import { databasePasswordPurpose } from './tenant.rules';
import { TenantsRepository } from './tenants.repository';

/** Read afresh each time: the pool keeps the answer and asks again when the server refuses it. */
@Injectable()
export class StoredTenantCredentials extends TenantCredentials {
  constructor(
    private readonly tenants: TenantsRepository,
    private readonly hosts: DbHostsRepository,
    private readonly secrets: SecretBox,
  ) {
    super();
  }

  async credentialsFor({ id }: TenantContext): Promise<DatabaseTarget> {
    const tenant = await this.tenants.find(id);
    if (!tenant) throw new DomainError('TENANT_NOT_FOUND', { id });
    if (!tenant.dbUser || !tenant.dbPasswordEnc) throw new DomainError('TENANT_NOT_READY');
    return {
      ...(await this.hosts.address(tenant.dbHost)),
      database: tenant.dbName,
      user: tenant.dbUser,
      password: this.secrets.open(tenant.dbPasswordEnc, databasePasswordPurpose(id)),
    };
  }
}

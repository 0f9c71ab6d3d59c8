import { Injectable } from '@nestjs/common';
import { CentralDatabase, MigrationSet, Migrator } from '@jala/infra/central-db';
import { SecretBox } from '@jala/infra/crypto';
import { HardenCheck, type HardenReport, type IterationReport, TenantIterator } from '@jala/infra/tenancy';
import { DbHostsRepository } from './db-hosts.repository';
import { placeOf } from './provisioning-steps';
import { TenantChecksRepository } from './tenant-checks.repository';
import { TenantHosting } from './tenant-hosting';
import { databasePasswordPurpose } from './tenant.rules';
import { STATUSES_WITH_DATABASE } from './tenant.states';
import { tenantNotFound } from './tenants.errors';
import { TenantsRepository } from './tenants.repository';

/** What the operator runs over all tenants. */
@Injectable()
export class TenantMaintenanceService {
  private readonly migrator = new Migrator(MigrationSet.of('tenant'));

  constructor(
    private readonly db: CentralDatabase,
    private readonly checks: TenantChecksRepository,
    private readonly tenants: TenantsRepository,
    private readonly hosts: DbHostsRepository,
    private readonly hosting: TenantHosting,
    private readonly iterator: TenantIterator,
    private readonly hardening: HardenCheck,
    private readonly secrets: SecretBox,
  ) {}

  /** Brings every tenant's database to the current version. Rights in new tables are given anew. */
  async migrateAll(): Promise<IterationReport> {
    return this.iterator.run('migrate', ({ id }) => this.migrate(id), { concurrency: 4, statuses: STATUSES_WITH_DATABASE });
  }

  /** Proves of each tenant that its account reaches its own database, that one, and nothing else. */
  async hardenAll(): Promise<HardenReport> {
    return this.hardening.run({ statuses: STATUSES_WITH_DATABASE });
  }

  /** Asks every tenant's database the same question; `answer` gets each tenant's rows as they come. */
  async readAll(sql: string, answer: (slug: string, rows: Record<string, unknown>[]) => void): Promise<IterationReport> {
    return this.iterator.run('read', async ({ slug }) => answer(slug, await this.checks.read(sql)), {
      concurrency: 4,
      statuses: STATUSES_WITH_DATABASE,
    });
  }

  /** Seals the password of every tenant's database, and of every database server, with the current key. */
  async rotateKeys(): Promise<number> {
    let rotated = await this.hosts.rotateSecrets();
    for (let afterId = 0; ;) {
      const page = await this.tenants.pageAfter(afterId, 200);
      for (const { id } of page) rotated += Number(await this.rotate(id));
      const last = page.at(-1);
      if (!last) return rotated;
      afterId = last.id;
    }
  }

  private async migrate(id: number): Promise<void> {
    const tenant = await this.tenants.find(id);
    if (!tenant) throw tenantNotFound(id);
    if (tenant.schemaVersion === this.migrator.version) return;
    const { to } = await this.migrator.migrate(await this.hosting.migrationTarget(placeOf(tenant)));
    await this.hosting.grantRadius(placeOf(tenant));
    await this.tenants.update(id, { schemaVersion: to });
  }

  private async rotate(id: number): Promise<boolean> {
    return this.db.transaction(async () => {
      const tenant = await this.tenants.lock(id);
      if (!tenant?.dbPasswordEnc || !this.secrets.needsRotation(tenant.dbPasswordEnc)) return false;
      await this.tenants.update(id, { dbPasswordEnc: this.secrets.rotate(tenant.dbPasswordEnc, databasePasswordPurpose(id)) });
      return true;
    });
  }
}

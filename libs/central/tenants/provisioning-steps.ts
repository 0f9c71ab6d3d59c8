import { Injectable } from '@nestjs/common';
import { CentralDatabase, duplicateKeyOf, MigrationSet, SchemaDump } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { SecretBox } from '@jala/infra/crypto';
import { TenantDatabase, TenantSetup } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { ProvisioningRepository } from './provisioning.repository';
import { type ProvisioningStepName, StepRefusedError } from './provisioning.rules';
import { TenantHosting, type TenantPlace } from './tenant-hosting';
import type { Tenant } from './tenant.entity';
import { databasePasswordPurpose } from './tenant.rules';
import { TenantsRepository } from './tenants.repository';
import { WelcomeMails } from './welcome-mails';

/**
 * What each step does. A step may be cut off anywhere and run again from its beginning, and then finds its own work done.
 * It returns when its effect is permanent.
 */
@Injectable()
export class ProvisioningSteps {
  private readonly schema = new SchemaDump(MigrationSet.of('tenant'));
  private readonly table: Record<ProvisioningStepName, (tenant: Tenant) => Promise<void>> = {
    database: (tenant) => this.hosting.createDatabase(placeOf(tenant)),
    accounts: (tenant) => this.createAccount(tenant),
    schema: (tenant) => this.installSchema(tenant),
    radius_access: (tenant) => this.hosting.grantRadius(placeOf(tenant)),
    seed: (tenant) => this.setup.seed(tenant),
    owner: (tenant) => this.createOwner(tenant),
    domain: (tenant) => this.addDomain(tenant),
    welcome_mail: (tenant) => this.welcome(tenant),
  };

  constructor(
    private readonly db: CentralDatabase,
    private readonly tenantDb: TenantDatabase,
    private readonly tenants: TenantsRepository,
    private readonly hosting: TenantHosting,
    private readonly setup: TenantSetup,
    private readonly provisioning: ProvisioningRepository,
    private readonly mails: WelcomeMails,
    private readonly secrets: SecretBox,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Asked before a step is begun for the first time; afterwards what it finds may be its own work.
   * A database that nobody remembers making belongs to somebody else, or is a backup: it is neither ours to fill nor, when
   * the tenant is deleted, ours to drop.
   * @throws StepRefusedError
   */
  async assertMayBegin(step: ProvisioningStepName, tenant: Tenant): Promise<void> {
    const place = placeOf(tenant);
    if (step === 'database' && (await this.hosting.hasDatabase(place))) {
      throw new StepRefusedError(`A database ${place.database} exists already. Remove or rename it, or choose another slug.`);
    }
  }

  /** Must be called in the tenant's scope. */
  run(step: ProvisioningStepName, tenant: Tenant): Promise<void> {
    return this.table[step](tenant);
  }

  private async createAccount(tenant: Tenant): Promise<void> {
    if (!tenant.dbPasswordEnc) throw new StepRefusedError('The tenant has no database account.');
    await this.hosting.ensureAccount(placeOf(tenant), this.secrets.open(tenant.dbPasswordEnc, databasePasswordPurpose(tenant.id)));
    this.tenantDb.forgetCredentials(tenant.id);
  }

  private async installSchema(tenant: Tenant): Promise<void> {
    const { to } = await this.schema.install(await this.hosting.migrationTarget(placeOf(tenant)));
    await this.tenants.update(tenant.id, { schemaVersion: to });
  }

  private async createOwner(tenant: Tenant): Promise<void> {
    await this.setup.ensureOwner({
      name: tenant.ownerName,
      email: tenant.ownerEmail,
      locale: tenant.locale,
      passwordHash: tenant.ownerPasswordHash || null,
    });
    // The account has it now. What stays says only that a password was given, so that no invitation is sent.
    if (tenant.ownerPasswordHash) await this.tenants.update(tenant.id, { ownerPasswordHash: '' });
  }

  private async addDomain(tenant: Tenant): Promise<void> {
    const host = `${tenant.slug}.${this.config.publicAddress.rootDomain}`;
    try {
      await this.tenants.insertDomain(tenant.id, host);
    } catch (error) {
      if (duplicateKeyOf(error) !== 'domains_host') throw error;
      const domain = await this.tenants.findDomain(host);
      if (domain && domain.tenantId !== tenant.id) throw new StepRefusedError(`The domain ${host} leads to another tenant.`);
    }
  }

  /** The mail, the end of this step and the tenant's being ready are one fact: there is never a second mail. */
  private async welcome(tenant: Tenant): Promise<void> {
    const mail = await this.mails.prepare(tenant);
    await this.db.transaction(async () => {
      await this.mails.send(mail);
      const now = this.clock.now();
      await this.provisioning.finish(tenant.id, 'welcome_mail', now);
      await this.tenants.update(tenant.id, {
        status: 'ready',
        readyAt: now,
        failedStep: null,
        failedReason: null,
        ownerPasswordHash: null,
      });
    });
  }
}

export const placeOf = ({ dbHost, dbName, dbUser }: Tenant): TenantPlace => ({ host: dbHost, database: dbName, user: dbUser ?? '' });

import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, DomainError, type Locale, type Page, type PageRequest, type TenantStatus } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { ActivityLog } from '@jala/central/activity';
import { type BillingPeriod, SubscriptionsService } from '@jala/central/plans';
import { CentralDatabase, duplicateKeyOf } from '@jala/infra/central-db';
import { randomToken, SecretBox } from '@jala/infra/crypto';
import { assertGoodPassword, PasswordHasher } from '@jala/infra/identity';
import { AccessEnds, Outbox } from '@jala/infra/queue';
import { DEFAULT_DB_HOST } from './db-hosts.repository';
import { ProvisioningRepository } from './provisioning.repository';
import { CachedTenantDirectory } from './tenant-directory.service';
import { type ExportFile, TenantExports } from './tenant-export';
import type { Tenant } from './tenant.entity';
import { assertCurrency, assertSlug, assertTimezone, databaseNameOf, databasePasswordPurpose, databaseUserOf } from './tenant.rules';
import { tenantStates } from './tenant.states';
import { auditOf, TenantViews, type TenantView } from './tenant-views';
import { confirmationMismatch, exportMissing, tenantNotFound, tenantSlugTaken, tenantStateConflict } from './tenants.errors';
import { type TenantFilter, TenantsRepository } from './tenants.repository';

export interface NewTenant {
  readonly name: string;
  readonly slug: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  /** Absent: the owner is invited by mail to choose one. */
  readonly ownerPassword?: string;
  readonly planId?: number;
  readonly billingPeriod?: BillingPeriod;
  readonly timezone: string;
  readonly currency: string;
  readonly locale: Locale;
}

export type TenantChange = Partial<Pick<Tenant, 'name' | 'ownerName' | 'ownerEmail'>>;

/** The ISPs of the platform. What takes long is left to jobs: every change here is one short transaction. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly db: CentralDatabase,
    private readonly tenants: TenantsRepository,
    private readonly provisioning: ProvisioningRepository,
    private readonly views: TenantViews,
    private readonly subscriptions: SubscriptionsService,
    private readonly directory: CachedTenantDirectory,
    private readonly exports: TenantExports,
    private readonly outbox: Outbox,
    private readonly ends: AccessEnds,
    private readonly activity: ActivityLog,
    private readonly hasher: PasswordHasher,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
  ) {}

  async list(_actor: Actor, request: PageRequest, filter: TenantFilter): Promise<Page<TenantView>> {
    const page = await this.tenants.list(request, filter);
    return { total: page.total, rows: await this.views.of(page.rows) };
  }

  async get(_actor: Actor, id: number): Promise<TenantView> {
    return this.view(await this.find(id));
  }

  async findBySlug(_actor: Actor, slug: string): Promise<TenantView | undefined> {
    const tenant = await this.tenants.findBySlug(slug);
    return tenant ? this.view(tenant) : undefined;
  }

  /**
   * The tenant is pending when this returns; a worker provisions it.
   * @throws DomainError VALIDATION_FAILED, TENANT_SLUG_TAKEN, PLAN_NOT_FOUND
   */
  async create(actor: Actor, input: NewTenant): Promise<TenantView> {
    assertSlug(input.slug);
    assertTimezone(input.timezone);
    assertCurrency(input.currency);
    if (input.ownerPassword !== undefined) assertGoodPassword(input.ownerPassword, input.ownerEmail, 'owner_password');
    const ownerPasswordHash = input.ownerPassword === undefined ? null : await this.hasher.hash(input.ownerPassword);
    try {
      const id = await this.db.transaction(() => this.insert(actor, input, ownerPasswordHash));
      return await this.view(await this.find(id));
    } catch (error) {
      if (['tenants_slug', 'tenants_database'].includes(duplicateKeyOf(error) ?? '')) throw tenantSlugTaken(input.slug);
      throw error;
    }
  }

  /** @throws DomainError TENANT_NOT_FOUND, TENANT_STATE_CONFLICT */
  async update(actor: Actor, id: number, change: TenantChange): Promise<TenantView> {
    await this.db.transaction(async () => {
      const tenant = await this.lock(id);
      if (tenant.status === 'deleting') throw tenantStateConflict(tenant.status);
      const before = auditOf(tenant);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as TenantChange;
      await this.tenants.update(id, given);
      await this.record(actor, 'tenant.updated', tenant, before, auditOf({ ...tenant, ...given }));
    });
    return this.get(actor, id);
  }

  /** Asks again for what may have failed: setting up, archiving (the export, then the end of access), or deleting. */
  async retry(actor: Actor, id: number): Promise<TenantView> {
    await this.db.transaction(async () => {
      const tenant = await this.lock(id);
      if (tenant.status === 'failed') {
        await this.tenants.update(id, { status: 'provisioning', failedStep: null, failedReason: null });
        await this.outbox.enqueue('tenant.provision', { tenantId: id });
      } else if (tenant.status === 'archived') {
        // Also with an export: the accounts are taken away after it, and that may be what failed.
        await this.outbox.enqueue('tenant.archive', { tenantId: id });
      } else if (tenant.status === 'deleting') {
        await this.outbox.enqueue('tenant.delete', { tenantId: id });
      } else {
        throw tenantStateConflict(tenant.status);
      }
      await this.record(actor, 'tenant.retried', tenant, { failed_step: tenant.failedStep, failed_reason: tenant.failedReason }, {});
    });
    return this.get(actor, id);
  }

  /**
   * Its people cannot log in, and its routers are withdrawn from RADIUS: they get no answer to new logins, as from a
   * server that is down, while customers who are online stay so. Nothing is lost, and resuming publishes the routers again.
   */
  async suspend(actor: Actor, id: number, reason: string): Promise<TenantView> {
    await this.move(actor, id, 'suspended', 'tenant.suspended', { suspendedReason: reason, suspendedAt: this.clock.now() }, () =>
      this.outbox.enqueue('tenant.sync-routers', { tenantId: id }),
    );
    return this.get(actor, id);
  }

  async resume(actor: Actor, id: number): Promise<TenantView> {
    await this.move(actor, id, 'ready', 'tenant.resumed', { suspendedReason: null, suspendedAt: null }, (tenant) => {
      if (tenant.status !== 'suspended') throw tenantStateConflict(tenant.status);
      return this.outbox.enqueue('tenant.sync-routers', { tenantId: id });
    });
    return this.get(actor, id);
  }

  /** Access ends now; a worker writes the export and then takes the database account away. */
  async archive(actor: Actor, id: number): Promise<TenantView> {
    await this.move(actor, id, 'archived', 'tenant.archived', { archivedAt: this.clock.now() }, async () => {
      await this.outbox.enqueue('tenant.sync-routers', { tenantId: id });
      await this.outbox.enqueue('tenant.archive', { tenantId: id });
    });
    return this.get(actor, id);
  }

  /**
   * Reading out everything a tenant has is recorded like a change. Close the stream, or read it to its end.
   * @throws DomainError TENANT_NOT_FOUND, TENANT_EXPORT_MISSING
   */
  async openExport(actor: Actor, id: number): Promise<ExportFile> {
    const tenant = await this.find(id);
    const file = tenant.exportPath === null ? undefined : await this.exports.read(tenant.exportPath);
    if (!file) throw exportMissing(id);
    await this.activity.record(
      actor,
      'tenant.export_downloaded',
      { type: 'tenant', id, label: tenant.name },
      { after: { bytes: file.bytes } },
    );
    return file;
  }

  /** @throws DomainError CONFIRMATION_MISMATCH unless the slug was typed; TENANT_STATE_CONFLICT while it is being provisioned. */
  async remove(actor: Actor, id: number, confirmSlug: string): Promise<void> {
    await this.move(actor, id, 'deleting', 'tenant.deleted', {}, async (tenant) => {
      if (tenant.slug !== confirmSlug) throw confirmationMismatch();
      await this.outbox.enqueue('tenant.delete', { tenantId: id });
    });
  }

  /** @throws DomainError TENANT_NOT_FOUND, PLAN_NOT_FOUND, VALIDATION_FAILED */
  async subscribe(actor: Actor, id: number, planId: number, billingPeriod: BillingPeriod): Promise<TenantView> {
    await this.db.transaction(async () => {
      const tenant = await this.lock(id);
      if (tenant.status === 'deleting') throw tenantStateConflict(tenant.status);
      const before = (await this.subscriptions.running([id])).get(id);
      const plan = await this.subscriptions.subscribe(id, planId, billingPeriod);
      await this.record(
        actor,
        'tenant.subscribed',
        tenant,
        { plan: before?.plan.name ?? null, billing_period: before?.billingPeriod ?? null },
        { plan: plan.name, billing_period: billingPeriod },
      );
    });
    return this.get(actor, id);
  }

  private async insert(actor: Actor, input: NewTenant, ownerPasswordHash: string | null): Promise<number> {
    const { name, slug, ownerName, ownerEmail, timezone, currency, locale } = input;
    const tenant = {
      name,
      slug,
      ownerName,
      ownerEmail,
      timezone,
      currency,
      locale,
      ownerPasswordHash,
      dbHost: DEFAULT_DB_HOST,
      dbName: databaseNameOf(slug),
    };
    const id = await this.tenants.insert({ ...tenant, status: 'pending' });
    // The account is chosen before it exists: however often its step is repeated, it is the same one.
    await this.tenants.update(id, {
      dbUser: databaseUserOf(id, randomBytes(5).toString('hex')),
      dbPasswordEnc: this.secrets.seal(randomToken(), databasePasswordPurpose(id)),
    });
    await this.provisioning.plan(id);
    const plan =
      input.planId === undefined ? undefined : await this.subscriptions.subscribe(id, input.planId, input.billingPeriod ?? 'monthly');
    await this.activity.record(
      actor,
      'tenant.created',
      { type: 'tenant', id, label: name },
      { after: { ...auditOf({ ...tenant, status: 'pending' }), plan: plan?.name ?? null } },
    );
    await this.outbox.enqueue('tenant.provision', { tenantId: id });
    this.db.afterCommit(() => this.directory.forget());
    return id;
  }

  private async move(
    actor: Actor,
    id: number,
    to: TenantStatus,
    action: string,
    change: Partial<Tenant>,
    consequences: (tenant: Tenant) => Promise<void>,
  ): Promise<void> {
    await this.db.transaction(async () => {
      const tenant = await this.lock(id);
      if (!tenantStates.can(tenant.status, to)) throw tenantStateConflict(tenant.status);
      await consequences(tenant);
      await this.tenants.update(id, { ...change, status: to });
      await this.record(actor, action, tenant, auditOf(tenant), auditOf({ ...tenant, ...change, status: to }));
      this.db.afterCommit(() => this.ends.announce({ tenantId: id }));
    });
  }

  private async record(
    actor: Actor,
    action: string,
    tenant: Tenant,
    before: Record<string, unknown>,
    after: Record<string, unknown>,
  ): Promise<void> {
    await this.activity.record(actor, action, { type: 'tenant', id: tenant.id, label: tenant.name }, { before, after });
    this.db.afterCommit(() => this.directory.forget());
  }

  private async lock(id: number): Promise<Tenant> {
    const tenant = await this.tenants.lock(id);
    if (!tenant) throw tenantNotFound(id);
    return tenant;
  }

  private async find(id: number): Promise<Tenant> {
    const tenant = await this.tenants.find(id);
    if (!tenant) throw tenantNotFound(id);
    return tenant;
  }

  private async view(tenant: Tenant): Promise<TenantView> {
    const [view] = await this.views.of([tenant]);
    if (!view) throw new DomainError('INTERNAL');
    return view;
  }
}

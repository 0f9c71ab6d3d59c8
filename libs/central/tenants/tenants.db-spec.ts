import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Global, Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Actor, DomainError, systemActor } from '@jala/contracts';
import { PlansModule, plansEntities, PlansService } from '@jala/central/plans';
import { routerRegistryEntities } from '@jala/central/routers';
import { connectTo, withConnection } from '@jala/infra/central-db';
import { PasswordHasher } from '@jala/infra/identity';
import { AppLogger } from '@jala/infra/logging';
import { MailModule } from '@jala/infra/mail';
import { QueueModule } from '@jala/infra/queue';
import {
  type OwnerAccount,
  PlanLimits,
  TenancyModule,
  TenantCredentials,
  TenantDatabase,
  TenantDirectory,
  TenantScope,
  type TenantSeed,
  TenantSetup,
} from '@jala/infra/tenancy';
import { createTestCentral, randomSuffix, rootOfTestServer, type TestCentral, TestInfraModule } from '@jala/infra/testing';
import {
  DomainsService,
  PROVISIONING_STEPS,
  ProvisioningService,
  TenantMaintenanceService,
  tenantsEntities,
  TenantsModule,
  TenantsService,
  type NewTenant,
} from '.';
import { ProvisioningRepository } from './provisioning.repository';
import { TenantRemovalService } from './tenant-removal.service';

/** The tenant side as far as provisioning knows it. */
@Injectable()
class TestSetup extends TenantSetup {
  seedFails: Error | undefined;

  constructor(private readonly database: TenantDatabase) {
    super();
  }

  async seed({ name, timezone, currency, locale }: TenantSeed): Promise<void> {
    if (this.seedFails) throw this.seedFails;
    await this.database.query('INSERT IGNORE INTO settings (id, name, timezone, currency, locale) VALUES (1, ?, ?, ?, ?)', [
      name,
      timezone,
      currency,
      locale,
    ]);
  }

  async ensureOwner({ name, email, passwordHash }: OwnerAccount): Promise<void> {
    await this.database.query("INSERT IGNORE INTO staff (name, email, password_hash, role) VALUES (?, ?, ?, 'owner')", [
      name,
      email,
      passwordHash,
    ]);
  }

  async inviteOwner(): Promise<string> {
    return 'invitation-token';
  }
}

@Global()
@Module({
  providers: [TestSetup, { provide: TenantSetup, useExisting: TestSetup }, PasswordHasher],
  exports: [TenantSetup, TestSetup, PasswordHasher],
})
class TestSetupModule {}

const actor: Actor = systemActor('test');

/** As an operator does it. */
async function restore(dump: Buffer, database: string): Promise<void> {
  const { host, port, user, password } = await rootOfTestServer();
  const client = spawn('mariadb', ['--no-defaults', `--host=${host}`, `--port=${port}`, `--user=${user}`, database], {
    env: { ...process.env, MYSQL_PWD: password },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const complaint = text(client.stderr);
  client.stdin.end(dump);
  const [code] = (await once(client, 'close')) as [number];
  if (code !== 0) throw new Error(await complaint);
}

describe('tenants', () => {
  let central: TestCentral;
  let module: TestingModule;
  let tenants: TenantsService;
  let provisioning: ProvisioningService;
  let radiusUser: string;
  let dataDir: string;
  const suffix = randomSuffix();
  let made = 0;

  const root = async <T>(sql: string, params?: unknown[]): Promise<T> =>
    withConnection(await rootOfTestServer(), async (connection) => (await connection.query(sql, params))[0] as T);
  const input = (given: Partial<NewTenant> = {}): NewTenant => ({
    slug: `s${suffix}-${++made}`,
    name: 'Net Surya',
    ownerName: 'Surya',
    ownerEmail: 'surya@example.com',
    timezone: 'Asia/Jakarta',
    currency: 'IDR',
    locale: 'id',
    ...given,
  });
  const inScope = async <T>(id: number, fn: () => Promise<T>): Promise<T> =>
    TenantScope.run(await module.get(TenantDirectory).byId(id), fn);
  const provision = (id: number, lastAttempt = true): Promise<void> => inScope(id, () => provisioning.run(id, { lastAttempt }));
  const ready = async (given?: Partial<NewTenant>) => {
    const { id } = await tenants.create(actor, input(given));
    await provision(id);
    return tenants.get(actor, id);
  };
  /** What RADIUS could do while it wrote the login history itself. */
  const grantAsBefore = (database: string) => root(`GRANT INSERT ON \`${database}\`.radpostauth TO ?@'%'`, [radiusUser]);
  const outbox = async (id: number): Promise<string[]> =>
    (
      await central.database.query<{ job: string }[]>("SELECT job FROM outbox WHERE JSON_VALUE(payload, '$.tenantId') = ? ORDER BY id", [
        id,
      ])
    ).map(({ job }) => job);
  const credentials = (id: number) => inScope(id, () => module.get(TenantCredentials).credentialsFor(TenantScope.current()));
  const refused = async (promise: Promise<unknown>): Promise<DomainError> => {
    const error: unknown = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(DomainError);
    return error as DomainError;
  };

  beforeAll(async () => {
    radiusUser = `rad_${suffix}`;
    dataDir = mkdtempSync(join(tmpdir(), 'jala-tenants-'));
    central = await createTestCentral({
      entities: [...tenantsEntities, ...plansEntities, ...routerRegistryEntities],
      overrides: { RADIUS_DB_USER: radiusUser, JALA_DATA_DIR: dataDir },
    });
    await root("CREATE USER ?@'%' IDENTIFIED BY ?", [radiusUser, 'radius-password']);
    await central.database.query("INSERT INTO db_hosts (name, host, admin_user, admin_password_enc) VALUES ('default', 'x', 'x', '')");
    module = await Test.createTestingModule({
      imports: [
        TestInfraModule.with({ central }),
        QueueModule,
        MailModule,
        TenancyModule.forRoot({ entities: [] }),
        TestSetupModule,
        PlansModule,
        TenantsModule,
      ],
    })
      .setLogger(new AppLogger(central.config))
      .compile();
    await module.init();
    tenants = module.get(TenantsService);
    provisioning = module.get(ProvisioningService);
  }, 60_000);

  afterAll(async () => {
    const left = await central.database.query<{ db_name: string; db_user: string }[]>('SELECT db_name, db_user FROM tenants');
    for (const { db_name, db_user } of left) {
      await root(`DROP DATABASE IF EXISTS \`${db_name}\``);
      await root("DROP USER IF EXISTS ?@'%'", [db_user]);
    }
    await root("DROP USER IF EXISTS ?@'%'", [radiusUser]);
    await module.close();
    await central.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('begin as pending, with their steps, their job and no secret anybody could read', async () => {
    const created = await tenants.create(actor, input({ ownerPassword: 'Zx81-spectrum-77' }));
    expect(created).toMatchObject({ status: 'pending', plan: null, domains: [], url: `http://${created.slug}.localhost:7600` });
    expect(await outbox(created.id)).toEqual(['tenant.provision']);
    const { steps } = await provisioning.progress(actor, created.id);
    expect(steps.map(({ name, status }) => [name, status])).toEqual(PROVISIONING_STEPS.map((name) => [name, 'pending']));
    const [row] = await central.database.query<{ owner_password_hash: string; db_password_enc: string }[]>(
      'SELECT * FROM tenants WHERE id = ?',
      [created.id],
    );
    expect(row!.owner_password_hash).toMatch(/^\$argon2id\$/);
    const everythingShown = JSON.stringify([
      created,
      await central.database.query('SELECT * FROM activity_log'),
      await central.database.query('SELECT * FROM outbox'),
    ]);
    for (const secret of ['Zx81', 'argon2', row!.db_password_enc]) expect(everythingShown).not.toContain(secret);
  });

  it('become ready with a database that only their own account, and RADIUS in its tables, can use', async () => {
    const [surya, fajar] = [await ready(), await ready({ ownerPassword: 'Zx81-spectrum-77' })];
    for (const tenant of [surya, fajar])
      expect(tenant).toMatchObject({ status: 'ready', failedStep: null, domains: [{ host: `${tenant.slug}.localhost` }] });
    expect(surya.schemaVersion).toBeGreaterThan(0);

    const own = await connectTo(await credentials(surya.id));
    await expect(
      own.query('INSERT INTO radcheck (username, attribute, op, value) VALUES (?, ?, ?, ?)', ['x', 'Cleartext-Password', ':=', 'y']),
    ).resolves.toBeDefined();
    await expect(own.query(`SELECT * FROM \`${fajar.dbName}\`.customers`)).rejects.toMatchObject({ code: 'ER_TABLEACCESS_DENIED_ERROR' });
    await expect(own.query('SELECT * FROM mysql.user')).rejects.toMatchObject({ errno: 1142 });
    await expect(own.query('DROP TABLE customers')).rejects.toMatchObject({ errno: 1142 });
    own.destroy();

    const radius = await connectTo({ ...(await rootOfTestServer()), user: radiusUser, password: 'radius-password' });
    await expect(radius.query(`SELECT * FROM \`${surya.dbName}\`.radcheck`)).resolves.toBeDefined();
    await expect(radius.query(`SELECT * FROM \`${surya.dbName}\`.staff`)).rejects.toMatchObject({ errno: 1142 });
    radius.destroy();

    const { findings } = await module.get(TenantMaintenanceService).hardenAll();
    expect(findings).toEqual([]);
  });

  it('send an invitation without a password in it, and no invitation to an owner who has one', async () => {
    const invited = await ready({ ownerEmail: 'invited@example.com' });
    const welcomed = await ready({ ownerEmail: 'welcomed@example.com', ownerPassword: 'Zx81-spectrum-77' });
    const rows = await central.database.query<{ payload: { to: string; template: string } }[]>(
      "SELECT payload FROM outbox WHERE job = 'mail.send'",
    );
    const mails = rows.map(({ payload }) => payload);
    expect(mails.find(({ to }) => to === 'invited@example.com')).toMatchObject({ template: 'invitation' });
    expect(mails.find(({ to }) => to === 'welcomed@example.com')).toMatchObject({ template: 'welcome' });
    expect(JSON.stringify(rows)).not.toContain('invitation-token');
    const hashes = await central.database.query<{ owner_password_hash: string | null }[]>(
      'SELECT owner_password_hash FROM tenants WHERE id IN (?)',
      [[invited.id, welcomed.id]],
    );
    expect(hashes).toEqual([{ owner_password_hash: null }, { owner_password_hash: null }]);
  });

  it('share neither slug nor database name', async () => {
    const { slug } = await tenants.create(actor, input());
    expect(await refused(tenants.create(actor, input({ slug })))).toMatchObject({ code: 'TENANT_SLUG_TAKEN' });
    expect((await refused(tenants.create(actor, input({ slug: 'www' })))).fields).toHaveProperty('slug');
    expect((await refused(tenants.create(actor, input({ ownerPassword: 'password' })))).fields).toHaveProperty('owner_password');
    expect((await refused(tenants.create(actor, input({ timezone: 'Mars/Olympus' })))).fields).toHaveProperty('timezone');
    expect((await refused(tenants.create(actor, input({ currency: 'XYZ' })))).fields).toHaveProperty('currency');
  });

  it('do not take a database that is there already, say so, and go on when it is gone', async () => {
    const { id, dbName } = await tenants.create(actor, input());
    await root(`CREATE DATABASE \`${dbName}\``);
    await provision(id, false);
    expect(await tenants.get(actor, id)).toMatchObject({
      status: 'failed',
      failedStep: 'database',
      failedReason: expect.stringContaining('exists already'),
    });
    await root(`DROP DATABASE \`${dbName}\``);
    expect(await tenants.retry(actor, id)).toMatchObject({ status: 'provisioning', failedStep: null });
    expect(await outbox(id)).toEqual(['tenant.provision', 'tenant.provision']);
    await provision(id);
    expect((await tenants.get(actor, id)).status).toBe('ready');
  });

  it('leave a database that is not theirs alone, when they are retried and when they are deleted', async () => {
    const { id, dbName, slug } = await tenants.create(actor, input());
    await root(`CREATE DATABASE \`${dbName}\``);
    await root(`CREATE TABLE \`${dbName}\`.customers (precious INT)`);
    await provision(id);
    await tenants.retry(actor, id);
    await provision(id);
    expect((await tenants.get(actor, id)).failedReason).toContain('exists already');
    await tenants.remove(actor, id, slug);
    await module.get(TenantRemovalService).remove(id);
    expect(await refused(tenants.get(actor, id))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    expect(await root(`SELECT * FROM \`${dbName}\`.customers`)).toEqual([]);
    await root(`DROP DATABASE \`${dbName}\``);
  });

  it('are deleted wherever their setting up stopped', async () => {
    const setup = module.get(TestSetup);
    const { id, slug, dbName } = await tenants.create(actor, input());
    setup.seedFails = new Error('no');
    await provision(id);
    setup.seedFails = undefined;
    const pending = await tenants.create(actor, input());
    for (const tenant of [{ id, slug }, pending]) {
      await tenants.remove(actor, tenant.id, tenant.slug);
      expect((await tenants.retry(actor, tenant.id)).status).toBe('deleting');
      await module.get(TenantRemovalService).remove(tenant.id);
      expect(await refused(tenants.get(actor, tenant.id))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    }
    expect(await root('SELECT 1 FROM information_schema.schemata WHERE schema_name IN (?)', [[dbName, pending.dbName]])).toEqual([]);
  });

  it('are tried again by the queue first, and fail with step and reason when it gives up', async () => {
    const setup = module.get(TestSetup);
    const { id } = await tenants.create(actor, input());
    setup.seedFails = Object.assign(new Error("INSERT INTO settings VALUES ('secret')"), { code: 'ER_LOCK_WAIT_TIMEOUT' });
    await expect(provision(id, false)).rejects.toBe(setup.seedFails);
    expect((await tenants.get(actor, id)).status).toBe('provisioning');
    await provision(id, true);
    const failed = await tenants.get(actor, id);
    expect(failed).toMatchObject({
      status: 'failed',
      failedStep: 'seed',
      failedReason: 'It stopped with the error ER_LOCK_WAIT_TIMEOUT. The log has the details.',
    });
    const steps = (await provisioning.progress(actor, id)).steps.map(({ status }) => status);
    expect(steps).toEqual(['done', 'done', 'done', 'done', 'failed', 'pending', 'pending', 'pending']);
    setup.seedFails = undefined;
    await tenants.retry(actor, id);
    await provision(id);
    expect((await tenants.get(actor, id)).status).toBe('ready');
  });

  it('fail when their job was given up before it could say so, and can be tried again', async () => {
    const [begun, unbegun, queued] = [await tenants.create(actor, input()), await tenants.create(actor, input()), await ready()];
    const setup = module.get(TestSetup);
    setup.seedFails = new Error('the worker was killed here');
    await expect(provision(begun.id, false)).rejects.toBe(setup.seedFails);
    setup.seedFails = undefined;
    const settled = async (): Promise<unknown[]> =>
      Promise.all([begun, unbegun].map(async ({ id }) => (await tenants.get(actor, id)).status));
    const settle = () => provisioning.settleAbandoned();
    await settle();
    expect(await settled()).toEqual(['provisioning', 'pending']);
    await central.database.query("UPDATE outbox SET failed_at = NOW(), error = 'x' WHERE JSON_VALUE(payload, '$.tenantId') IN (?)", [
      [begun.id, unbegun.id],
    ]);
    const busy = await module.get(ProvisioningRepository, { strict: false }).lockTenant(begun.id, 0);
    await settle();
    expect(await settled()).toEqual(['provisioning', 'failed']);
    busy!.release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await settle();
    expect(await tenants.get(actor, begun.id)).toMatchObject({
      status: 'failed',
      failedStep: 'seed',
      failedReason: expect.stringContaining('given up'),
    });
    expect((await tenants.get(actor, queued.id)).status).toBe('ready');
    for (const { id } of [begun, unbegun]) {
      await tenants.retry(actor, id);
      await settle();
      expect((await tenants.get(actor, id)).status).toBe('provisioning');
      await provision(id);
      expect((await tenants.get(actor, id)).status).toBe('ready');
    }
  });

  it('are set up once when two workers want to', async () => {
    const { id } = await tenants.create(actor, input());
    await Promise.all([provision(id), provision(id), provision(id)]);
    const steps = await central.database.query<{ attempts: number }[]>('SELECT attempts FROM provisioning_steps WHERE tenant_id = ?', [id]);
    expect(steps.map(({ attempts }) => attempts)).toEqual(PROVISIONING_STEPS.map(() => 1));
  });

  it('are found by their id as soon as they exist, whoever asked before', async () => {
    const { id } = await tenants.create(actor, input());
    const directory = module.get(TenantDirectory);
    const next = id + 1;
    expect(await refused(directory.byId(next))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    const { id: created } = await tenants.create(actor, input());
    expect(created).toBe(next);
    expect((await directory.byId(created)).id).toBe(created);
  });

  it('are suspended and resumed, known everywhere at once, and do nothing their state does not allow', async () => {
    const { id, slug } = await ready();
    const directory = module.get(TenantDirectory);
    expect((await directory.bySlug(slug))?.status).toBe('ready');
    expect(await tenants.suspend(actor, id, 'unpaid')).toMatchObject({ status: 'suspended', suspendedReason: 'unpaid' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await directory.bySlug(slug))?.status).toBe('suspended');
    expect(await refused(tenants.suspend(actor, id, 'again'))).toMatchObject({
      code: 'TENANT_STATE_CONFLICT',
      params: { status: 'suspended' },
    });
    expect(await refused(tenants.retry(actor, id))).toMatchObject({ code: 'TENANT_STATE_CONFLICT' });
    expect(await tenants.resume(actor, id)).toMatchObject({ status: 'ready', suspendedReason: null });
    expect(await refused(tenants.resume(actor, id))).toMatchObject({ code: 'TENANT_STATE_CONFLICT' });
    expect((await outbox(id)).filter((job) => job === 'tenant.sync-routers')).toHaveLength(2);
    expect(await refused(tenants.get(actor, 999_999))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  it('are archived with an export that can be read back, and then nobody reaches the data', async () => {
    const tenant = await ready();
    await inScope(tenant.id, () =>
      module.get(TenantDatabase).query("INSERT INTO radcheck (username, attribute, op, value) VALUES ('büdi', 'X', ':=', 'ü')"),
    );
    const account = await credentials(tenant.id);
    await grantAsBefore(tenant.dbName);
    await tenants.archive(actor, tenant.id);
    expect(await refused(tenants.openExport(actor, tenant.id))).toMatchObject({ code: 'TENANT_EXPORT_MISSING' });
    const removal = module.get(TenantRemovalService);
    await removal.archive(tenant.id);
    await removal.archive(tenant.id);

    // Taking access away comes after the export: where that was given up it can be asked for again.
    await tenants.retry(actor, tenant.id);
    expect(
      await central.database.query("SELECT 1 FROM outbox WHERE job = 'tenant.archive' AND JSON_VALUE(payload, '$.tenantId') = ?", [
        tenant.id,
      ]),
    ).toHaveLength(2);

    const { name, stream } = await tenants.openExport(actor, tenant.id);
    expect(name).toBe(`${tenant.slug}-${tenant.id}.sql.gz`);
    const dump = gunzipSync(await buffer(stream));
    const copy = `t_copy_${suffix}`;
    await root(`CREATE DATABASE \`${copy}\``);
    await restore(dump, copy);
    expect(await root(`SELECT value FROM \`${copy}\`.radcheck WHERE username = 'büdi'`)).toEqual([{ value: 'ü' }]);
    const triggers = 'SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = ? ORDER BY trigger_name';
    expect(await root(triggers, [copy])).toEqual(await root(triggers, [tenant.dbName]));
    expect(dump.includes('DEFINER=')).toBe(false);
    await root(`DROP DATABASE \`${copy}\``);

    await expect(connectTo(account)).rejects.toMatchObject({ errno: 1045 });
    expect(await root('SELECT 1 FROM mysql.tables_priv WHERE Db = ?', [tenant.dbName])).toEqual([]);
    expect(await refused(tenants.resume(actor, tenant.id))).toMatchObject({ code: 'TENANT_STATE_CONFLICT' });
  });

  it('are deleted without a trace, by whoever types the slug, and the name is free again', async () => {
    const plan = await module.get(PlansService).create(actor, {
      name: `Plan ${suffix}`,
      priceMonthlyMinor: 1,
      priceYearlyMinor: 1,
      currency: 'IDR',
      maxRouters: 1,
      maxUsers: null,
      maxVouchers: null,
      features: [],
      active: true,
    });
    const tenant = await ready({ planId: plan.id });
    await module.get(DomainsService).add(actor, tenant.id, `deleted-${suffix}.example`);
    await central.database.query("INSERT INTO router_registry (tenant_id, name, address, secret_enc) VALUES (?, 'r', ?, 'x')", [
      tenant.id,
      '192.0.2.77',
    ]);
    await tenants.archive(actor, tenant.id);
    const removal = module.get(TenantRemovalService);
    await removal.archive(tenant.id);

    expect(await refused(tenants.remove(actor, tenant.id, 'something-else'))).toMatchObject({ code: 'CONFIRMATION_MISMATCH' });
    expect((await tenants.get(actor, tenant.id)).status).toBe('archived');
    await tenants.remove(actor, tenant.id, tenant.slug);
    await removal.remove(tenant.id);
    await removal.remove(tenant.id);

    expect(await refused(tenants.get(actor, tenant.id))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    for (const table of ['domains', 'provisioning_steps', 'tenant_subscriptions', 'router_registry']) {
      expect(await central.database.query(`SELECT 1 FROM ${table} WHERE tenant_id = ?`, [tenant.id])).toEqual([]);
    }
    expect(await root('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [tenant.dbName])).toEqual([]);
    expect(await root('SELECT 1 FROM mysql.user WHERE user = ?', [tenant.dbUser])).toEqual([]);
    expect(await root('SELECT 1 FROM mysql.tables_priv WHERE Db = ?', [tenant.dbName])).toEqual([]);

    const again = await ready({ slug: tenant.slug });
    expect(again).toMatchObject({ status: 'ready', hasExport: false });
    expect(again.id).not.toBe(tenant.id);
  });

  it('are found by their domains, which lead to one tenant only', async () => {
    const [surya, fajar] = [await ready(), await ready()];
    const domains = module.get(DomainsService);
    const host = `isp-${suffix}.example`;
    const added = await domains.add(actor, surya.id, `ISP-${suffix}.example.`);
    expect(added.host).toBe(host);
    const directory = module.get(TenantDirectory);
    expect((await directory.byHost(host))?.id).toBe(surya.id);
    expect((await directory.byHost(`${fajar.slug}.localhost`))?.id).toBe(fajar.id);
    expect(await directory.byHost('unknown.example')).toBeUndefined();
    expect(await refused(domains.add(actor, fajar.id, host))).toMatchObject({ code: 'DOMAIN_TAKEN' });
    expect((await refused(domains.add(actor, fajar.id, 'other.localhost'))).fields).toHaveProperty('host');
    expect(await refused(domains.remove(actor, fajar.id, added.id))).toMatchObject({ code: 'DOMAIN_NOT_FOUND' });
    await domains.remove(actor, surya.id, added.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await directory.byHost(host)).toBeUndefined();
  });

  it('have the limits of their plan, and of the next one at once', async () => {
    const plans = module.get(PlansService);
    const terms = { priceMonthlyMinor: 1, priceYearlyMinor: 1, currency: 'IDR', maxVouchers: null, features: ['reports'], active: true };
    const small = await plans.create(actor, { ...terms, name: `Small ${suffix}`, maxRouters: 1, maxUsers: 10 });
    const large = await plans.create(actor, { ...terms, name: `Large ${suffix}`, maxRouters: null, maxUsers: 20, features: [] });
    const { id } = await ready({ planId: small.id });
    const limits = module.get(PlanLimits);
    await inScope(id, async () => {
      await expect(limits.assertRoom('routers', 0)).resolves.toBeUndefined();
      expect(await refused(limits.assertRoom('routers', 1))).toMatchObject({
        code: 'PLAN_LIMIT_REACHED',
        params: { limit: 'routers', max: 1 },
      });
      expect(await limits.hasFeature('reports')).toBe(true);
    });
    expect((await tenants.subscribe(actor, id, large.id, 'yearly')).plan).toEqual({
      id: large.id,
      name: large.name,
      billingPeriod: 'yearly',
    });
    await inScope(id, async () => {
      expect(await limits.maximum('routers')).toBeNull();
      expect(await limits.maximum('users')).toBe(20);
      expect(await limits.hasFeature('reports')).toBe(false);
    });
    expect(await refused(plans.remove(actor, small.id))).toMatchObject({ code: 'PLAN_IN_USE' });
    expect(await refused(plans.create(actor, { ...terms, name: small.name, maxRouters: 1, maxUsers: 1 }))).toMatchObject({
      code: 'PLAN_NAME_TAKEN',
    });
    await plans.update(actor, small.id, { active: false });
    expect((await refused(tenants.subscribe(actor, id, small.id, 'monthly'))).fields).toHaveProperty('plan_id');
  });

  it('are reported when their account may do more than it should', async () => {
    const [tenant, other] = [await ready(), await ready()];
    const { user } = await credentials(tenant.id);
    await root(`GRANT SELECT ON \`${other.dbName}\`.customers TO ?@'%'`, [user]);
    const { findings } = await module.get(TenantMaintenanceService).hardenAll();
    expect(findings.map(({ subject, fault }) => [subject, fault])).toEqual([
      [tenant.slug, expect.stringContaining('a grant beyond its database')],
      [tenant.slug, `sees other databases: ${other.dbName}`],
    ]);
    await root(`REVOKE SELECT ON \`${other.dbName}\`.customers FROM ?@'%'`, [user]);
  });

  it('take rights from RADIUS that it needs no more, when they are migrated', async () => {
    const tenant = await ready();
    await grantAsBefore(tenant.dbName);
    await central.database.query('UPDATE tenants SET schema_version = schema_version - 1 WHERE id = ?', [tenant.id]);
    await module.get(TenantMaintenanceService).migrateAll();
    const tables = await root<{ name: string }[]>('SELECT table_name AS name FROM mysql.tables_priv WHERE Db = ?', [tenant.dbName]);
    expect(tables.map(({ name }) => name)).toContain('radacct');
    expect(tables.map(({ name }) => name)).not.toContain('radpostauth');
  });

  it('answer one question all together, which changes nothing', async () => {
    const { slug } = await ready();
    const maintenance = module.get(TenantMaintenanceService);
    const answers = new Map<string, unknown>();
    await maintenance.readAll('SELECT name FROM settings', (tenant, rows) => void answers.set(tenant, rows));
    expect(answers.get(slug)).toEqual([{ name: 'Net Surya' }]);
    const { succeeded, failures } = await maintenance.readAll("UPDATE settings SET name = 'changed'", () => undefined);
    expect(succeeded).toBe(0);
    expect(failures.length).toBeGreaterThan(0);
  });
});

import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { AuthoritiesRepository, CertificateAuthority, RadsecServerCertificate } from '@jala/central/certificates';
import { SecretBox } from '@jala/infra/crypto';
import { createTestCentral, type TestCentral, testConfig } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { RadsecFiles, RouterClients } from '@jala/radius';
import { routerRegistryEntities } from './index';
import { RouterCertificatesRepository } from './router-certificates.repository';
import { RouterCertificatesService } from './router-certificates.service';
import { RouterRegistryRepository } from './router-registry.repository';
import { RouterWatchRepository } from './router-watch.repository';
import { RouterPublisherService, RouterRegistryService } from './router-registry.service';

const DAY_MS = 86_400_000;

const claim = (tenantId: number, name: string) => ({
  tenantId,
  connection: 'radsec' as const,
  address: undefined,
  secret: 'secret-0123456789',
  name,
  requireMessageAuthenticator: false,
});

describe('certificates of routers from the own CA', () => {
  let central: TestCentral;
  let registry: RouterRegistryService;
  let publisher: RouterPublisherService;
  let certificates: RouterCertificatesService;
  let ca: CertificateAuthority;
  let folder: string;
  let clock: FixedClock;
  let lastRouter = 0;

  const query = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> => central.database.query<T[]>(sql, params);
  const files = (): string[] => readdirSync(join(folder, 'radsec')).sort();
  const add = async (tenantId: number) => {
    const wanted = claim(tenantId, `Tower ${++lastRouter}`);
    const { registryId, address } = await registry.claim(wanted);
    const router = { ...wanted, address, registryId, routerId: lastRouter };
    await publisher.publish(router);
    return { holder: { tenantId, registryId }, address, publish: () => publisher.publish(router), routerId: lastRouter };
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    folder = mkdtempSync(join(tmpdir(), 'jala-certificates-'));
    central = await createTestCentral({
      entities: routerRegistryEntities,
      overrides: { RADIUS_CLIENTS_DIR: folder, RADIUS_RADSEC_CERT_DIR: join(folder, 'server'), RADIUS_PUBLIC_HOST: '192.0.2.10' },
    });
    clock = new FixedClock(new Date());
    const repository = new RouterRegistryRepository(central.database);
    const ofRouters = new RouterCertificatesRepository(central.database);
    const secrets = new SecretBox(central.config);
    ca = new CertificateAuthority(new AuthoritiesRepository(central.database), secrets, clock);
    registry = new RouterRegistryService(central.database, repository, secrets, new RouterWatchRepository(central.database));
    publisher = new RouterPublisherService(
      central.database,
      repository,
      ofRouters,
      new RouterClients(central.config),
      new RadsecFiles(central.config),
      secrets,
      clock,
    );
    certificates = new RouterCertificatesService(central.database, ofRouters, ca, clock);
    await query("INSERT INTO db_hosts (name, host, admin_user, admin_password_enc) VALUES ('default', 'localhost', 'x', 'x')");
    for (const id of [1, 2]) {
      await query(
        "INSERT INTO tenants (id, slug, name, status, db_name, owner_name, owner_email) VALUES (?, ?, ?, 'ready', ?, 'O', 'o@example.com')",
        [id, `isp${id}`, `ISP ${id}`, `t_isp${id}`],
      );
    }
  });
  afterAll(async () => {
    await central.drop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await query('DELETE FROM router_registry');
    await query("UPDATE tenants SET status = 'ready'");
    clock.set(new Date());
    await publisher.reconcile();
  });

  it('makes one CA however many ask first, and keeps its key sealed', async () => {
    await query('DELETE FROM certificate_authorities');
    const answers = await Promise.all([1, 2, 3].map(() => ca.certificate()));
    expect(new Set(answers).size).toBe(1);
    const rows = await query<{ key_enc: string }>('SELECT * FROM certificate_authorities');
    expect([rows.length, JSON.stringify(rows).includes('PRIVATE KEY')]).toEqual([1, false]);
  });

  it('tells FreeRADIUS whose certificate it is, and gives out the key once', async () => {
    const router = await add(2);
    expect(router.address).toMatch(/^2(4\d|5[0-4])\./);
    const { certificate, pkcs12 } = await certificates.issue(router.holder, 'Rina', 'password');
    expect(pkcs12.length).toBeGreaterThan(1_000);
    await router.publish();
    expect(files()).toEqual([certificate.commonName]);
    expect(readFileSync(join(folder, 'radsec', certificate.commonName), 'utf8')).toBe(`t_isp2 ${router.routerId} ${router.address}\n`);
    expect(readdirSync(join(folder, 'v4'))).toEqual([]);
    expect(await certificates.list(router.holder)).toEqual([certificate]);
    expect(JSON.stringify(await query('SELECT * FROM router_certificates'))).not.toContain(pkcs12.toString('base64').slice(100, 140));
  });

  it('revokes one and leaves the other', async () => {
    const router = await add(1);
    const old = (await certificates.issue(router.holder, 'Rina', 'password')).certificate;
    const fresh = (await certificates.issue(router.holder, 'Rina', 'password')).certificate;
    await expect(certificates.issue(router.holder, 'Rina', 'password')).rejects.toMatchObject({ code: 'ROUTER_CERTIFICATE_LIMIT' });
    await router.publish();
    expect(files()).toEqual([old.commonName, fresh.commonName].sort());
    expect(await certificates.revoke(router.holder, old.id, 'Budi')).toMatchObject({ revokedBy: 'Budi', revokedAt: clock.now() });
    expect(await certificates.revoke(router.holder, old.id, 'Siti')).toMatchObject({ revokedBy: 'Budi' });
    await router.publish();
    expect(files()).toEqual([fresh.commonName]);
    await certificates.issue(router.holder, 'Rina', 'password');
  });

  it('has no more than two valid ones, also when many are asked for at once', async () => {
    const router = await add(1);
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => certificates.issue(router.holder, 'Rina', 'password')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it("neither shows nor touches another tenant's", async () => {
    const router = await add(1);
    const { certificate } = await certificates.issue(router.holder, 'Rina', 'password');
    const foreign = { tenantId: 2, registryId: router.holder.registryId };
    expect(await certificates.list(foreign)).toEqual([]);
    await expect(certificates.issue(foreign, 'Eve', 'password')).rejects.toMatchObject({ code: 'ROUTER_NOT_FOUND' });
    await expect(certificates.revoke(foreign, certificate.id, 'Eve')).rejects.toMatchObject({ code: 'ROUTER_CERTIFICATE_NOT_FOUND' });
    await certificates.discard(foreign, certificate.id);
    const other = await add(2);
    await expect(certificates.revoke(other.holder, certificate.id, 'Eve')).rejects.toMatchObject({ code: 'ROUTER_CERTIFICATE_NOT_FOUND' });
    expect(await certificates.list(router.holder)).toMatchObject([{ revokedAt: null }]);
  });

  it('forgets the certificates of a router that goes, and of a tenant out of service', async () => {
    const [gone, suspended] = [await add(1), await add(2)];
    for (const router of [gone, suspended]) {
      await certificates.issue(router.holder, 'Rina', 'password');
      await router.publish();
    }
    expect(files()).toHaveLength(2);
    await registry.release(1, gone.holder.registryId);
    await publisher.withdraw(gone.holder.registryId, gone.address);
    await query("UPDATE tenants SET status = 'suspended' WHERE id = 2");
    await publisher.syncTenant(2);
    expect(files()).toEqual([]);
    await query("UPDATE tenants SET status = 'ready'");
    await publisher.syncTenant(2);
    expect(files()).toHaveLength(1);
    await publisher.forgetTenant(2);
    expect([files(), await query('SELECT 1 FROM router_certificates')]).toEqual([[], []]);
  });

  it('makes the files agree with the register, whatever happened to them', async () => {
    const router = await add(1);
    const { certificate } = await certificates.issue(router.holder, 'Rina', 'password');
    writeFileSync(join(folder, 'radsec', 'router-77.0123456789abcdef'), 't_isp2 1 240.0.0.1\n');
    await publisher.reconcile();
    expect(files()).toEqual([certificate.commonName]);
    clock.set(new Date(certificate.expiresAt.getTime() + 1));
    await publisher.reconcile();
    expect(files()).toEqual([]);
  });

  it('puts a certificate in place for FreeRADIUS, and a new one in time', async () => {
    const server = new RadsecServerCertificate(ca, clock, central.config);
    const present = (): string => readFileSync(join(folder, 'server', 'server.pem'), 'utf8');
    expect(await server.ensure()).toBe(true);
    const first = present();
    expect([statSync(join(folder, 'server', 'server.pem')).mode & 0o777, first.match(/BEGIN/g)]).toEqual([0o600, ['BEGIN', 'BEGIN']]);
    const read = new X509Certificate(first);
    expect([read.checkIP('192.0.2.10'), read.verify(new X509Certificate(await ca.certificate()).publicKey)]).toEqual(['192.0.2.10', true]);
    expect(await server.ensure()).toBe(false);
    clock.set(new Date(Date.parse(read.validTo) - 59 * DAY_MS));
    expect([await server.ensure(), present() === first]).toEqual([true, false]);
    const moved = testConfig({}, { RADIUS_RADSEC_CERT_DIR: join(folder, 'server'), RADIUS_PUBLIC_HOST: 'radius.example' });
    expect(await new RadsecServerCertificate(ca, clock, moved).ensure()).toBe(true);
    expect(new X509Certificate(present()).checkHost('radius.example')).toBe('radius.example');
  });

  it('seals the key of the CA with a new key, and signs as before', async () => {
    const before = await ca.certificate();
    const [old] = central.config.encryptionKeys;
    const config = testConfig(
      {},
      { JALA_ENCRYPTION_KEYS: `new:${randomBytes(32).toString('base64')},${old!.id}:${old!.key.export().toString('base64')}` },
    );
    const rotating = new CertificateAuthority(new AuthoritiesRepository(central.database), new SecretBox(config), clock);
    expect([await rotating.rotateSecrets(), await rotating.rotateSecrets()]).toEqual([1, 0]);
    const { certificate } = await rotating.issueServer(['192.0.2.10']);
    expect(new X509Certificate(certificate).verify(new X509Certificate(before).publicKey)).toBe(true);
    await query('DELETE FROM certificate_authorities');
  });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { duplicateKeyOf } from '@jala/infra/central-db';
import { SecretBox } from '@jala/infra/crypto';
import { createTestCentral, type TestCentral, testConfig } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { RadsecFiles, RouterClients } from '@jala/radius';
import { routerRegistryEntities } from './index';
import { RouterCertificatesRepository } from './router-certificates.repository';
import { RouterRegistryRepository } from './router-registry.repository';
import { RouterWatchRepository } from './router-watch.repository';
import { RouterPublisherService, RouterRegistryService } from './router-registry.service';

const claim = (tenantId: number, address: string) => ({
  tenantId,
  connection: 'udp' as const,
  address,
  secret: 'secret-0123456789',
  name: 'Tower',
  requireMessageAuthenticator: false,
});

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}

describe('the registry of router addresses', () => {
  let central: TestCentral;
  let registry: RouterRegistryService;
  let publisher: RouterPublisherService;
  let clients: RouterClients;
  let folder: string;
  const clock = new FixedClock(new Date('2026-01-01T00:00:00.000Z'));

  const query = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> => central.database.query<T[]>(sql, params);
  const file = (address: string): string => readFileSync(join(folder, 'v4', address), 'utf8');
  const files = (): string[] => readdirSync(join(folder, 'v4')).sort();
  const setStatus = (tenantId: number, status: string): Promise<unknown> =>
    query('UPDATE tenants SET status = ? WHERE id = ?', [status, tenantId]);
  const add = async (tenantId: number, address: string, routerId = 1): Promise<number> => {
    const { registryId } = await registry.claim(claim(tenantId, address));
    await publisher.publish({ ...claim(tenantId, address), registryId, routerId });
    return registryId;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    folder = mkdtempSync(join(tmpdir(), 'jala-clients-'));
    central = await createTestCentral({ entities: routerRegistryEntities, overrides: { RADIUS_CLIENTS_DIR: folder } });
    const repository = new RouterRegistryRepository(central.database);
    const secrets = new SecretBox(central.config);
    clients = new RouterClients(central.config);
    registry = new RouterRegistryService(central.database, repository, secrets, new RouterWatchRepository(central.database));
    publisher = new RouterPublisherService(
      central.database,
      repository,
      new RouterCertificatesRepository(central.database),
      clients,
      new RadsecFiles(central.config),
      secrets,
      clock,
    );
    await clients.prepare();
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
    for (const id of [1, 2]) await setStatus(id, 'ready');
    await publisher.reconcile();
  });

  it('gives an address to one tenant only, also when two ask at the same moment', async () => {
    const results = await Promise.allSettled([1, 2, 1, 2].map((tenantId) => registry.claim(claim(tenantId, '192.0.2.1'))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'ROUTER_ADDRESS_TAKEN', fields: { address: [{ code: 'taken' }] } });
    }
  });

  /**
   * While `work` waits, another transaction holds an address, or the gap where it would be, as the deletion of a tenant does,
   * and then wants every row. It has changed more than `work`, so it is `work` that the server gives up.
   */
  const inTheWay = async <T>(address: string, work: () => Promise<T>): Promise<T> => {
    const [held, awaited] = [signal(), signal()];
    const other = central.database.transaction(async () => {
      for (let change = 0; change < 20; change++) await query("UPDATE tenants SET owner_name = CONCAT(owner_name, '.') WHERE id = 2");
      await query('SELECT id FROM router_registry WHERE address = ? LOCK IN SHARE MODE', [address]);
      held.give();
      await awaited.given;
      await query('SELECT id FROM router_registry FORCE INDEX (PRIMARY) FOR UPDATE');
    });
    await held.given;
    const result = work();
    result.catch(() => undefined);
    // The server makes this list anew only when it was not asked for a tenth of a second.
    do await sleep(150);
    while ((await query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")).length === 0);
    awaited.give();
    await other;
    return result;
  };

  it('claims again when another tenant’s deletion was in the way', async () => {
    await expect(inTheWay('192.0.2.1', () => registry.claim(claim(1, '192.0.2.1')))).resolves.toMatchObject({ address: '192.0.2.1' });
    expect(await query('SELECT tenant_id, address FROM router_registry')).toEqual([{ tenant_id: 1, address: '192.0.2.1' }]);
  });

  it('releases again when another tenant’s deletion was in the way', async () => {
    const { registryId } = await registry.claim(claim(1, '192.0.2.1'));
    await registry.claim(claim(1, '192.0.2.9'));
    await inTheWay('192.0.2.1', () => registry.release(1, registryId));
    expect(await query('SELECT address FROM router_registry')).toEqual([{ address: '192.0.2.9' }]);
  });

  it('releases only what belongs to the tenant that asks', async () => {
    const { registryId } = await registry.claim(claim(1, '192.0.2.1'));
    await registry.release(2, registryId);
    await expect(registry.claim(claim(2, '192.0.2.1'))).rejects.toMatchObject({ code: 'ROUTER_ADDRESS_TAKEN' });
    await registry.release(1, registryId);
    await registry.release(1, registryId);
    await expect(registry.claim(claim(2, '192.0.2.1'))).resolves.toBeDefined();
  });

  it('writes the file with the tenant that owns the address, and keeps the secret sealed', async () => {
    const registryId = await add(2, '192.0.2.1', 7);
    expect(file('192.0.2.1')).toContain('Tenant-DB = "t_isp2"');
    expect(file('192.0.2.1')).toContain('Router-Id = "7"');
    const [row] = await query('SELECT * FROM router_registry');
    expect(row).toMatchObject({ id: registryId, router_id: 7, published_at: clock.now(), publish_error: null });
    expect(JSON.stringify(row)).not.toContain('secret-0123456789');
  });

  it('refuses to publish what another tenant claimed', async () => {
    const { registryId } = await registry.claim(claim(1, '192.0.2.1'));
    await expect(publisher.publish({ ...claim(2, '192.0.2.1'), registryId, routerId: 1 })).rejects.toMatchObject({
      code: 'ROUTER_NOT_FOUND',
    });
    await expect(publisher.publish({ ...claim(1, '192.0.2.99'), registryId, routerId: 1 })).rejects.toMatchObject({
      code: 'ROUTER_NOT_FOUND',
    });
    expect(files()).toEqual([]);
  });

  it('withdraws an address only while nobody owns it', async () => {
    const old = await add(1, '192.0.2.1');
    await registry.release(1, old);
    await add(2, '192.0.2.1', 9);
    await publisher.withdraw(old, '192.0.2.1');
    expect(file('192.0.2.1')).toContain('t_isp2');
    await query('DELETE FROM router_registry');
    await publisher.withdraw(old, '192.0.2.1');
    expect(files()).toEqual([]);
  });

  it('takes all routers of a tenant out of service and back', async () => {
    await add(1, '192.0.2.1');
    await add(1, '192.0.2.2', 2);
    await add(2, '192.0.2.3');
    await setStatus(1, 'suspended');
    await publisher.syncTenant(1);
    expect(files()).toEqual(['192.0.2.3']);
    expect(await query('SELECT enabled, published_at FROM router_registry WHERE tenant_id = 1')).toEqual(
      Array(2).fill({ enabled: 0, published_at: null }),
    );
    await setStatus(1, 'ready');
    await publisher.syncTenant(1);
    expect(files()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('notes why a router could not be published', async () => {
    jest.spyOn(clients, 'publish').mockRejectedValueOnce(new Error('no space left on device'));
    await expect(add(1, '192.0.2.1')).rejects.toThrow('no space left');
    expect(await query('SELECT publish_error, published_at FROM router_registry')).toEqual([
      { publish_error: 'no space left on device', published_at: null },
    ]);
  });

  it('makes the files agree with the registry, whatever happened to them', async () => {
    await add(1, '192.0.2.1');
    await add(2, '192.0.2.2');
    await registry.claim(claim(1, '192.0.2.3'));
    rmSync(join(folder, 'v4', '192.0.2.1'));
    writeFileSync(join(folder, 'v4', '192.0.2.2'), 'client broken {');
    writeFileSync(join(folder, 'v4', '192.0.2.66'), 'client left-over {');
    await publisher.reconcile();
    expect(files()).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(file('192.0.2.2')).toContain('t_isp2');
  });

  it('reconciles everybody else when one secret cannot be opened, and leaves that router on the network', async () => {
    await add(1, '192.0.2.1');
    const broken = await add(2, '192.0.2.2');
    // A ciphertext copied from another row is refused.
    await query(
      'UPDATE router_registry r JOIN (SELECT secret_enc FROM router_registry WHERE id <> ?) o SET r.secret_enc = o.secret_enc WHERE r.id = ?',
      [broken, broken],
    );
    const before = file('192.0.2.2');
    rmSync(join(folder, 'v4/192.0.2.1'));
    await publisher.reconcile();
    expect(files()).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(file('192.0.2.2')).toBe(before);
    // Unless it is still somebody else's, from before the address changed hands.
    writeFileSync(join(folder, 'v4/192.0.2.2'), before.replaceAll('t_isp2', 't_isp1'));
    await publisher.reconcile();
    expect(files()).toEqual(['192.0.2.1']);
  });

  it('never loses a router that is published while everything is reconciled', async () => {
    const added = Array.from({ length: 12 }, (_, i) => add(1 + (i % 2), `192.0.2.${i + 1}`, i + 1));
    await Promise.all([...added, publisher.reconcile(), publisher.reconcile(), publisher.reconcile()]);
    expect(files()).toHaveLength(12);
  });

  it('knows the claims that nobody has confirmed for a while', async () => {
    await add(1, '192.0.2.1');
    const { registryId } = await registry.claim(claim(1, '192.0.2.2'));
    const later = new Date(Date.now() + 60_000);
    expect(await publisher.tenantsWithUnconfirmed(later)).toEqual([1]);
    expect(await publisher.unconfirmed(1, later)).toEqual([registryId]);
    expect(await publisher.unconfirmed(1, new Date(Date.now() - 60_000))).toEqual([]);
    // Its staff could settle it; a tenant that was archived has nobody left who can, and would be asked in vain for ever.
    await setStatus(1, 'suspended');
    expect(await publisher.tenantsWithUnconfirmed(later)).toEqual([1]);
    await setStatus(1, 'archived');
    expect(await publisher.tenantsWithUnconfirmed(later)).toEqual([]);
  });

  it('seals every secret with a new key, and publishes with it as before', async () => {
    await add(1, '192.0.2.1');
    const [old] = central.config.encryptionKeys;
    const config = testConfig(
      {},
      { JALA_ENCRYPTION_KEYS: `new:${randomBytes(32).toString('base64')},${old!.id}:${old!.key.export().toString('base64')}` },
    );
    const secrets = new SecretBox(config);
    const rotating = new RouterRegistryService(
      central.database,
      new RouterRegistryRepository(central.database),
      secrets,
      new RouterWatchRepository(central.database),
    );
    expect([await rotating.rotateSecrets(), await rotating.rotateSecrets()]).toEqual([1, 0]);
    const [row] = await query<{ secret_enc: string }>('SELECT secret_enc FROM router_registry');
    expect([row!.secret_enc.startsWith('v1.new.'), secrets.open(row!.secret_enc, 'router-registry:1:192.0.2.1')]).toEqual([
      true,
      'secret-0123456789',
    ]);
  });

  it('frees every address of a tenant that goes', async () => {
    await add(1, '192.0.2.1');
    await publisher.forgetTenant(1);
    expect([await query('SELECT 1 FROM router_registry'), files()]).toEqual([[], []]);
  });

  it('tells a taken address from any other failure', async () => {
    const failure = await registry.claim(claim(99, '192.0.2.1')).catch((error: unknown) => error);
    expect(duplicateKeyOf(failure)).toBeUndefined();
    expect(failure).not.toMatchObject({ code: 'ROUTER_ADDRESS_TAKEN' });
  });
});

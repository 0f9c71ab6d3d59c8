import { Injectable, Logger } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { type Actor, DomainError, type Page } from '@jala/contracts';
import { CentralDatabase, duplicateKeyOf } from '@jala/infra/central-db';
import { SecretBox } from '@jala/infra/crypto';
import { type RegisteredRouter, type RouterClaim, RouterPublisher, RouterRegistry, type RouterTrouble } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { RadsecFiles, type RadsecRouter, type RouterClient, RouterClients } from '@jala/radius';
import { RouterCertificatesRepository } from './router-certificates.repository';
import { type ClientRow, type RegistrationFilter, type RegistrationView, RouterRegistryRepository } from './router-registry.repository';
import { RouterWatchRepository } from './router-watch.repository';

/** A ciphertext copied to another tenant's or another address' row does not open there. */
const sealPurpose = (tenantId: number, address: string): string => `router-registry:${tenantId}:${address}`;

/** Claims on addresses: needed wherever somebody adds a router. */
@Injectable()
export class RouterRegistryService extends RouterRegistry {
  constructor(
    private readonly db: CentralDatabase,
    private readonly registry: RouterRegistryRepository,
    private readonly secrets: SecretBox,
    private readonly watch: RouterWatchRepository,
  ) {
    super();
  }

  async claim(claim: RouterClaim): Promise<{ registryId: number; address: string }> {
    const address = claim.address ?? standInAddress();
    const secretEnc = this.secrets.seal(claim.secret, sealPurpose(claim.tenantId, address));
    try {
      // In a transaction of its own although it is one statement: that is tried again when others were in the way.
      const registryId = await this.db.transaction(() => this.registry.insert({ ...claim, address, secretEnc }));
      return { registryId, address };
    } catch (error) {
      if (duplicateKeyOf(error) !== 'router_registry_address') throw error;
      if (claim.address === undefined) return this.claim(claim);
      // Whose it is stays between that tenant and the platform.
      throw addressTaken(address);
    }
  }

  async release(tenantId: number, registryId: number): Promise<void> {
    await this.db.transaction(() => this.registry.remove(tenantId, registryId));
  }

  async troubles(tenantId: number, registryIds: readonly number[]): Promise<ReadonlyMap<number, RouterTrouble>> {
    return this.watch.troubles(tenantId, registryIds);
  }

  /** Seals every secret with the current key. @returns how many were not */
  async rotateSecrets(): Promise<number> {
    let rotated = 0;
    for (const { id, tenantId } of await this.registry.keys()) {
      rotated += await this.db.transaction(async () => {
        const registration = await this.registry.findForUpdate(tenantId, id);
        if (!registration || !this.secrets.needsRotation(registration.secretEnc)) return 0;
        registration.secretEnc = this.secrets.rotate(registration.secretEnc, sealPurpose(tenantId, registration.address));
        await this.registry.save(registration);
        return 1;
      });
    }
    return rotated;
  }

  async list(_actor: Actor, request: RegistrationFilter): Promise<Page<RegistrationView>> {
    return this.registry.list(request);
  }
}

/**
 * What radacct has as the address of a radsec router, which may have any address or share one: of 240.0.0.0/4, which no
 * packet ever comes from (RFC 1112 section 4), so it is nobody's.
 */
const standInAddress = (): string => [randomInt(240, 255), randomInt(256), randomInt(256), randomInt(1, 255)].join('.');

const addressTaken = (address: string): DomainError =>
  new DomainError(
    'ROUTER_ADDRESS_TAKEN',
    { address },
    { address: [{ code: 'taken', message: 'A router with this address is registered already.' }] },
  );

/** Brings the registry to FreeRADIUS: one file for each router, or certificate of one, of each tenant that is in service. */
@Injectable()
export class RouterPublisherService extends RouterPublisher {
  private readonly logger = new Logger(RouterPublisherService.name);

  constructor(
    private readonly db: CentralDatabase,
    private readonly registry: RouterRegistryRepository,
    private readonly certificates: RouterCertificatesRepository,
    private readonly clients: RouterClients,
    private readonly radsec: RadsecFiles,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
  ) {
    super();
  }

  async publish(router: RegisteredRouter): Promise<void> {
    await this.db.transaction(async () => {
      const registration = await this.registry.findForUpdate(router.tenantId, router.registryId);
      if (!registration || registration.address !== router.address) throw new DomainError('ROUTER_NOT_FOUND', { id: router.routerId });
      await this.registry.save(
        Object.assign(registration, {
          routerId: router.routerId,
          name: router.name,
          secretEnc: this.secrets.seal(router.secret, sealPurpose(router.tenantId, router.address)),
          requireMessageAuthenticator: router.requireMessageAuthenticator,
          // Of the router as it was until now.
          wrongSecretAt: null,
          unsignedRefusedAt: null,
        }),
      );
    });
    await this.express(router.registryId);
  }

  async withdraw(registryId: number, address: string): Promise<void> {
    // The number of a claim is never given again.
    await this.radsec.unpublish(registryId);
    await this.db.transaction(async () => {
      if (!(await this.registry.isClaimedForUpdate(address))) await this.clients.unpublish(address);
    });
  }

  async unconfirmed(tenantId: number, before: Date): Promise<number[]> {
    return this.registry.unconfirmed(tenantId, before);
  }

  /** After a tenant was suspended, resumed or archived. */
  async syncTenant(tenantId: number): Promise<void> {
    for (const id of await this.registry.clientIdsOf(tenantId)) await this.express(id);
  }

  /** When a tenant goes for good, with its claims: its addresses may be somebody else's from now on. */
  async forgetTenant(tenantId: number): Promise<void> {
    const claims = await this.registry.addressesOf(tenantId);
    await this.registry.removeAllOf(tenantId);
    for (const { id, address } of claims) await this.withdraw(id, address);
  }

  /** Makes the client files say exactly what the registry says, whatever happened to them. */
  async reconcile(): Promise<void> {
    await this.db.transaction(async () => {
      const rows = await this.registry.clientsFrozen();
      const ofAddresses = rows.filter(({ connection }) => connection === 'udp');
      const clients = ofAddresses.flatMap((row) => this.legible(row));
      const legible = new Set(clients.map(({ address }) => address));
      const { added, changed, removed } = await this.clients.reconcile(
        clients,
        ofAddresses.filter(({ address }) => !legible.has(address)),
      );
      if (added.length + changed.length + removed.length > 0) this.logger.log('router files reconciled', { added, changed, removed });
      const valid = await this.certificates.valid(this.clock.now());
      const certificates = await this.radsec.reconcile(
        rows.filter(({ connection }) => connection === 'radsec').map((row) => radsecRouterOf(row, valid)),
      );
      if (certificates > 0) this.logger.log('certificate files reconciled', { certificates });
    });
  }

  async tenantsWithUnconfirmed(before: Date): Promise<number[]> {
    return this.registry.tenantsWithUnconfirmed(before);
  }

  /** The row is locked while its file is written: two workers cannot leave the older state behind. */
  private async express(registryId: number): Promise<void> {
    try {
      await this.db.transaction(async () => {
        const row = await this.registry.clientForUpdate(registryId);
        if (!row) return;
        if (row.connection === 'radsec') await this.expressRadsec(row);
        else if (row.inService) await this.clients.publish(this.clientOf(row));
        else await this.clients.unpublish(row.address);
        await this.registry.markPublished(registryId, row.inService, this.clock.now());
      });
    } catch (error) {
      await this.registry.markFailed(registryId, error instanceof Error ? error.message : 'unknown');
      throw error;
    }
  }

  private async expressRadsec(row: ClientRow): Promise<void> {
    if (row.inService) await this.radsec.publish(radsecRouterOf(row, await this.certificates.valid(this.clock.now(), row.id)));
    else await this.radsec.unpublish(row.id);
  }

  private clientOf(row: ClientRow): RouterClient {
    return {
      address: row.address,
      secret: this.secrets.open(row.secretEnc, sealPurpose(row.tenantId, row.address)),
      tenantDb: row.tenantDb,
      routerId: row.routerId,
      requireMessageAuthenticator: row.requireMessageAuthenticator,
    };
  }

  /**
   * One row that cannot be read must not keep everybody else's routers out. Its own router goes on as it was: a worker that was
   * started with the wrong key must not take every router off the network.
   */
  private legible(row: ClientRow): RouterClient[] {
    try {
      return [this.clientOf(row)];
    } catch (error) {
      this.logger.error(`the secret of router ${row.address} (registry ${row.id}) cannot be read`, error);
      return [];
    }
  }
}

const radsecRouterOf = (row: ClientRow, valid: ReadonlyMap<number, readonly string[]>): RadsecRouter => ({
  registryId: row.id,
  tenantDb: row.tenantDb,
  routerId: row.routerId,
  address: row.address,
  certificates: valid.get(row.id) ?? [],
});

import { Injectable } from '@nestjs/common';
import { SecretBox } from '@jala/infra/crypto';
import { TenantOutbox } from '@jala/infra/queue';
import { RouterPublisher, RouterRegistry, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { sealPurpose } from './router.rules';
import { RoutersRepository } from './routers.repository';

/** What the worker does after a router was added, changed or removed. Everything may be repeated. */
@Injectable()
export class RouterPublicationService {
  constructor(
    private readonly routers: RoutersRepository,
    private readonly registry: RouterRegistry,
    private readonly publisher: RouterPublisher,
    private readonly secrets: SecretBox,
    private readonly outbox: TenantOutbox,
    private readonly clock: Clock,
  ) {}

  /** Tells FreeRADIUS what the router is now, and the router's row how that went. */
  async publish(routerId: number, registryId: number): Promise<void> {
    const router = await this.routers.find(routerId);
    // Removed meanwhile, or moved to another address, which has a job of its own.
    if (!router || router.registryId !== registryId) return;
    try {
      await this.publisher.publish({
        tenantId: TenantScope.current().id,
        registryId,
        routerId,
        name: router.name,
        connection: router.connection,
        address: router.address,
        secret: this.secrets.open(router.secretEnc, sealPurpose(registryId)),
        requireMessageAuthenticator: router.requireMessageAuthenticator,
      });
    } catch (error) {
      await this.routers.markFailed(routerId, error instanceof Error ? error.message : 'unknown');
      throw error;
    }
    await this.routers.markPublished(router, this.clock.now());
  }

  async unpublish(registryId: number, address: string): Promise<void> {
    await this.registry.release(TenantScope.current().id, registryId);
    await this.publisher.withdraw(registryId, address);
  }

  /** A claim that became a router is confirmed by publishing it, any other is given back. */
  async settleClaims(claimedBefore: Date): Promise<void> {
    const { id: tenantId } = TenantScope.current();
    for (const registryId of await this.publisher.unconfirmed(tenantId, claimedBefore)) {
      const router = await this.routers.findByRegistryId(registryId);
      if (router) await this.outbox.enqueue('router.publish', { tenantId, routerId: router.id, registryId });
      else await this.registry.release(tenantId, registryId);
    }
  }
}

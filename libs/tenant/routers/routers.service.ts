import { Injectable, Logger } from '@nestjs/common';
import type { Actor, Page, PageRequest, RouterConnection } from '@jala/contracts';
import { given } from '@jala/kernel';
import { duplicateKeyOf } from '@jala/infra/central-db';
import { readablePassword, SecretBox } from '@jala/infra/crypto';
import { TenantOutbox } from '@jala/infra/queue';
import { PlanLimits, type RouterClaim, RouterRegistry, TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { RouterSignatures, SessionsReader, type Signature } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { Router } from './router.entity';
import {
  addressAfter,
  assertSecret,
  auditOf,
  GENERATED_SECRET_LENGTH,
  needsPublishing,
  sealPurpose,
  shownAddress,
  subjectOf,
} from './router.rules';
import { routerNameTaken, routerNotFound } from './routers.errors';
import { RoutersRepository } from './routers.repository';

export interface RouterFields {
  readonly name: string;
  /** By UDP when absent. */
  readonly connection?: RouterConnection;
  /** Needed by UDP; radsec has none. */
  readonly address?: string;
  /** Generated when absent. */
  readonly secret?: string;
  readonly location?: string | null;
  readonly notes?: string | null;
  readonly coaPort?: number;
  readonly requireMessageAuthenticator?: boolean;
}

export interface RouterView extends Omit<Router, 'secretEnc' | 'registryId' | 'address'> {
  /** Null with radsec. */
  readonly address: string | null;
  readonly sessionsOnline: number;
  /** The last packet heard from it: a login or a report about a session. */
  readonly lastSeenAt: Date | null;
  /** Whether its latest logins were signed with Message-Authenticator; null while none tells. */
  readonly signature: Signature | null;
  /** When it last sent something with another secret than the registered one. */
  readonly wrongSecretAt: Date | null;
  /** When something unsigned of it was last dropped, because it must sign. */
  readonly unsignedRefusedAt: Date | null;
}

/** What is needed to talk to a router. */
export interface RouterContact {
  readonly id: number;
  readonly name: string;
  /** Null: CoA is UDP, and a radsec router has no address that it could be sent to. */
  readonly address: string | null;
  readonly coaPort: number;
  readonly secret: string;
}

/** RFC 5176 section 2.1 says 3799, and so does RouterOS. */
const DEFAULT_COA_PORT = 3799;

@Injectable()
export class RoutersService {
  private readonly logger = new Logger(RoutersService.name);

  constructor(
    private readonly db: TenantDatabase,
    private readonly routers: RoutersRepository,
    private readonly registry: RouterRegistry,
    private readonly limits: PlanLimits,
    private readonly secrets: SecretBox,
    private readonly sessions: SessionsReader,
    private readonly signatures: RouterSignatures,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
  ) {}

  async list(_actor: Actor, request: PageRequest): Promise<Page<RouterView>> {
    const page = await this.routers.list(request);
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** @throws DomainError ROUTER_NOT_FOUND */
  async get(_actor: Actor, id: number): Promise<RouterView> {
    const router = await this.routers.find(id);
    if (!router) throw routerNotFound(id);
    return this.view(router);
  }

  /**
   * FreeRADIUS knows the router within two seconds of this.
   * @throws DomainError VALIDATION_FAILED, ROUTER_ADDRESS_TAKEN, ROUTER_NAME_TAKEN, PLAN_LIMIT_REACHED
   */
  async create(actor: Actor, input: RouterFields): Promise<{ router: RouterView; secret: string }> {
    const connection = input.connection ?? 'udp';
    const wanted = addressAfter(connection, input.address);
    if (input.secret !== undefined) assertSecret(input.secret);
    const secret = input.secret ?? readablePassword(GENERATED_SECRET_LENGTH);
    const requireMessageAuthenticator = input.requireMessageAuthenticator ?? false;
    const limited = (await this.limits.maximum('routers')) !== null;

    const claim = { ...input, connection, address: wanted, secret, requireMessageAuthenticator };
    const router = await this.withClaim(claim, ({ registryId, address }) =>
      this.db.transaction(async () => {
        if (limited) await this.limits.assertRoom('routers', await this.routers.countForLimit());
        const created = await this.routers.save(
          Object.assign(new Router(), {
            name: input.name,
            connection,
            address,
            secretEnc: this.secrets.seal(secret, sealPurpose(registryId)),
            registryId,
            requireMessageAuthenticator,
            coaPort: input.coaPort ?? DEFAULT_COA_PORT,
            location: input.location ?? null,
            notes: input.notes ?? null,
            publishedAt: null,
            publishError: null,
          }),
        );
        await this.publishLater(created);
        await this.activity.record(actor, 'router.created', subjectOf(created), { after: auditOf(created) });
        return created;
      }),
    );
    return { router: await this.view(router), secret };
  }

  /** @throws DomainError ROUTER_NOT_FOUND, VALIDATION_FAILED, ROUTER_ADDRESS_TAKEN, ROUTER_NAME_TAKEN */
  async update(actor: Actor, id: number, change: Partial<RouterFields>): Promise<RouterView> {
    const present = await this.routers.find(id);
    if (!present) throw routerNotFound(id);
    if (change.secret !== undefined) assertSecret(change.secret);
    const connection = change.connection ?? present.connection;
    const address = addressAfter(connection, change.address, present.connection === 'udp' ? present.address : undefined);
    const { address: _address, connection: _connection, ...others } = change;
    const stays = connection === present.connection && (address === undefined || address === present.address);
    if (stays) return this.view(await this.apply(actor, id, others));

    const wanted = {
      name: change.name ?? present.name,
      connection,
      address,
      secret: change.secret ?? this.secretOf(present),
      requireMessageAuthenticator: change.requireMessageAuthenticator ?? present.requireMessageAuthenticator,
    };
    return this.view(await this.withClaim(wanted, (claimed) => this.apply(actor, id, others, { connection, ...claimed })));
  }

  /** FreeRADIUS forgets the router within two seconds; sessions through it stay in the history. */
  async remove(actor: Actor, id: number): Promise<void> {
    const removed = await this.db.transaction(async () => {
      const router = await this.locked(id);
      await this.routers.remove(id);
      await this.unpublishLater(router);
      await this.activity.record(actor, 'router.deleted', subjectOf(router), { before: auditOf(router) });
      return router;
    });
    await this.releaseQuietly(removed.registryId);
  }

  /** Every look at a secret is on record. */
  async revealSecret(actor: Actor, id: number): Promise<string> {
    return this.db.transaction(async () => {
      const router = await this.locked(id);
      await this.activity.record(actor, 'router.secret_revealed', subjectOf(router));
      return this.secretOf(router);
    });
  }

  /** For CoA. Undefined when the tenant has no such router any more. */
  async contact(id: number): Promise<RouterContact | undefined> {
    const router = await this.routers.find(id);
    return router
      ? { id, name: router.name, address: shownAddress(router), coaPort: router.coaPort, secret: this.secretOf(router) }
      : undefined;
  }

  /** Seals every secret of the current tenant's routers with the current key. @returns how many were not */
  async rotateSecrets(): Promise<number> {
    let rotated = 0;
    for (const id of await this.routers.ids()) {
      rotated += await this.db.transaction(async () => {
        const router = await this.routers.findForUpdate(id);
        if (!router || !this.secrets.needsRotation(router.secretEnc)) return 0;
        router.secretEnc = this.secrets.rotate(router.secretEnc, sealPurpose(router.registryId));
        await this.routers.save(router);
        return 1;
      });
    }
    return rotated;
  }

  async ids(): Promise<number[]> {
    return this.routers.ids();
  }

  async namesOf(ids: readonly number[]): Promise<Map<number, string>> {
    return this.routers.namesOf(ids);
  }

  private async apply(
    actor: Actor,
    id: number,
    change: Partial<Omit<RouterFields, 'address' | 'connection'>>,
    moved?: Pick<Router, 'connection' | 'address' | 'registryId'>,
  ): Promise<Router> {
    const { previous, saved } = await this.mapDuplicate(change.name, () =>
      this.db.transaction(async () => {
        const router = await this.locked(id);
        const before = { ...router };
        const { secret, ...fields } = change;
        Object.assign(router, given(fields), moved);
        // Sealed for the claim it belongs to, so a new claim needs it sealed anew.
        if (secret !== undefined || moved) {
          router.secretEnc = this.secrets.seal(secret ?? this.secretOf(before), sealPurpose(router.registryId));
        }
        if (needsPublishing(before, router)) {
          Object.assign(router, { publishedAt: null, publishError: null });
          await this.publishLater(router);
        }
        const updated = await this.routers.save(router);
        if (moved) await this.unpublishLater(before);
        await this.activity.record(actor, 'router.updated', subjectOf(updated), { before: auditOf(before), after: auditOf(updated) });
        return { previous: before, saved: updated };
      }),
    );
    if (moved) await this.releaseQuietly(previous.registryId);
    return saved;
  }

  /** The claim comes first, because another tenant may want the same address at the same moment; it goes again when nothing comes of it. */
  private async withClaim<T>(
    router: Omit<RouterClaim, 'tenantId'>,
    use: (claimed: { registryId: number; address: string }) => Promise<T>,
  ): Promise<T> {
    const { name, connection, address, secret, requireMessageAuthenticator } = router;
    const claimed = await this.registry.claim({
      tenantId: TenantScope.current().id,
      connection,
      address,
      secret,
      name,
      requireMessageAuthenticator,
    });
    try {
      return await this.mapDuplicate(name, () => use(claimed));
    } catch (error) {
      await this.releaseQuietly(claimed.registryId);
      throw error;
    }
  }

  /** What is not given back here, a job gives back: the address is only blocked a little longer. */
  private async releaseQuietly(registryId: number): Promise<void> {
    try {
      await this.registry.release(TenantScope.current().id, registryId);
    } catch (error) {
      this.logger.warn(`the claim ${registryId} waits for a job to release it`, error);
    }
  }

  private async publishLater(router: Pick<Router, 'id' | 'registryId'>): Promise<void> {
    await this.outbox.enqueue('router.publish', { tenantId: TenantScope.current().id, routerId: router.id, registryId: router.registryId });
  }

  private async unpublishLater(router: Pick<Router, 'registryId' | 'address'>): Promise<void> {
    await this.outbox.enqueue('router.unpublish', {
      tenantId: TenantScope.current().id,
      registryId: router.registryId,
      address: router.address,
    });
  }

  private async locked(id: number): Promise<Router> {
    const router = await this.routers.findForUpdate(id);
    if (!router) throw routerNotFound(id);
    return router;
  }

  private secretOf(router: Pick<Router, 'secretEnc' | 'registryId'>): string {
    return this.secrets.open(router.secretEnc, sealPurpose(router.registryId));
  }

  private async mapDuplicate<T>(name: string | undefined, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (duplicateKeyOf(error) === 'routers_name') throw routerNameTaken(name ?? '');
      throw error;
    }
  }

  private async view(router: Router): Promise<RouterView> {
    const [view] = await this.views([router]);
    return view!;
  }

  private async views(routers: readonly Router[]): Promise<RouterView[]> {
    const ids = routers.map((router) => router.id);
    const [activity, signatures, troubles] = await Promise.all([
      this.sessions.routerActivity(ids),
      this.signatures.of(ids),
      this.registry.troubles(
        TenantScope.current().id,
        routers.map((router) => router.registryId),
      ),
    ]);
    return routers.map(({ secretEnc: _secret, registryId, ...router }) => ({
      ...router,
      address: shownAddress(router),
      sessionsOnline: activity.get(router.id)?.online ?? 0,
      lastSeenAt: activity.get(router.id)?.lastSeenAt ?? null,
      signature: signatures.get(router.id)?.signature ?? null,
      wrongSecretAt: later(signatures.get(router.id)?.unreadableAt, troubles.get(registryId)?.wrongSecretAt),
      unsignedRefusedAt: troubles.get(registryId)?.unsignedRefusedAt ?? null,
    }));
  }
}

function later(one: Date | null = null, other: Date | null = null): Date | null {
  if (one && other) return one > other ? one : other;
  return one ?? other;
}

import { Injectable, Logger } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { readablePassword } from '@jala/infra/crypto';
import { TenantOutbox } from '@jala/infra/queue';
import { type CertificateHolder, type RouterCertificate, RouterCertificates, TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { ActivityLog } from '@jala/tenant/activity';
import type { Router } from './router.entity';
import { subjectOf } from './router.rules';
import { routerNotFound, routerNotRadsec } from './routers.errors';
import { RoutersRepository } from './routers.repository';

/** 28 characters that people can read carry 163 bits. */
const PASSWORD_LENGTH = 28;

export type CertificateState = 'valid' | 'expired' | 'revoked';

export interface RouterCertificateView extends RouterCertificate {
  readonly state: CertificateState;
}

/** All that a router needs, this once: neither the key nor the password is kept. */
export interface IssuedRouterCertificate {
  readonly certificate: RouterCertificateView;
  readonly pkcs12: Buffer;
  readonly password: string;
}

/** The certificates by which RADIUS knows the tenant's radsec routers. */
@Injectable()
export class RadsecCertificatesService {
  private readonly logger = new Logger(RadsecCertificatesService.name);

  constructor(
    private readonly db: TenantDatabase,
    private readonly routers: RoutersRepository,
    private readonly certificates: RouterCertificates,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
  ) {}

  /** PEM of the CA that has signed the server's certificate. */
  async authority(_actor: Actor): Promise<string> {
    return this.certificates.authority();
  }

  /** Newest first; none when the router is known by its address. @throws DomainError ROUTER_NOT_FOUND */
  async list(_actor: Actor, routerId: number): Promise<RouterCertificateView[]> {
    const router = await this.routers.find(routerId);
    if (!router) throw routerNotFound(routerId);
    if (router.connection !== 'radsec') return [];
    return (await this.certificates.list(holderOf(router))).map((certificate) => this.view(certificate));
  }

  /**
   * A further certificate; the one in use goes on until it is revoked, so that a router far away can change over.
   * @throws DomainError ROUTER_NOT_FOUND, ROUTER_NOT_RADSEC, ROUTER_CERTIFICATE_LIMIT
   */
  async issue(actor: Actor, routerId: number): Promise<IssuedRouterCertificate> {
    const router = await this.routers.find(routerId);
    if (!router) throw routerNotFound(routerId);
    if (router.connection !== 'radsec') throw routerNotRadsec(routerId);
    const password = readablePassword(PASSWORD_LENGTH);
    const { certificate, pkcs12 } = await this.certificates.issue(holderOf(router), actor.name, password);
    try {
      await this.db.transaction(async () => {
        const locked = await this.locked(routerId);
        // Moved to another claim meanwhile: the certificate went with the old one.
        if (locked.registryId !== router.registryId) throw routerNotRadsec(routerId);
        await this.publishLater(locked);
        await this.activity.record(actor, 'router.certificate_issued', subjectOf(locked), { after: auditOf(certificate) });
      });
    } catch (error) {
      await this.discardQuietly(router, certificate.id);
      throw error;
    }
    return { certificate: this.view(certificate), pkcs12, password };
  }

  /**
   * RADIUS does not answer the router by this certificate any more within two seconds, on open connections either.
   * @throws DomainError ROUTER_NOT_FOUND, ROUTER_CERTIFICATE_NOT_FOUND
   */
  async revoke(actor: Actor, routerId: number, certificateId: number): Promise<RouterCertificateView> {
    return this.db.transaction(async () => {
      const router = await this.locked(routerId);
      const revoked = await this.certificates.revoke(holderOf(router), certificateId, actor.name);
      await this.publishLater(router);
      await this.activity.record(actor, 'router.certificate_revoked', subjectOf(router), { after: auditOf(revoked) });
      return this.view(revoked);
    });
  }

  private async locked(id: number): Promise<Router> {
    const router = await this.routers.findForUpdate(id);
    if (!router) throw routerNotFound(id);
    return router;
  }

  private async publishLater({ id, registryId }: Router): Promise<void> {
    await this.outbox.enqueue('router.publish', { tenantId: TenantScope.current().id, routerId: id, registryId });
  }

  /** Nobody has its key, so nothing but the list suffers when it stays. */
  private async discardQuietly(router: Router, id: number): Promise<void> {
    try {
      await this.certificates.discard(holderOf(router), id);
    } catch (error) {
      this.logger.warn(`the certificate ${id} that nobody received stays in the list`, error);
    }
  }

  private view(certificate: RouterCertificate): RouterCertificateView {
    const state = certificate.revokedAt ? 'revoked' : certificate.expiresAt <= this.clock.now() ? 'expired' : 'valid';
    return { ...certificate, state };
  }
}

const holderOf = ({ registryId }: Pick<Router, 'registryId'>): CertificateHolder => ({ tenantId: TenantScope.current().id, registryId });

const auditOf = ({ serial, expiresAt }: RouterCertificate): Record<string, unknown> => ({ serial, expires_at: expiresAt.toISOString() });

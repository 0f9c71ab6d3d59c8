import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DomainError } from '@jala/contracts';
import { CertificateAuthority } from '@jala/central/certificates';
import { CentralDatabase } from '@jala/infra/central-db';
import { type CertificateHolder, type RouterCertificate, RouterCertificates } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { radsecCommonName } from '@jala/radius';
import { RouterCertificatesRepository } from './router-certificates.repository';

/** The one in use, and its successor while it is being brought to the router. */
const MAX_VALID = 2;
const RANDOM_BYTES = 8;

@Injectable()
export class RouterCertificatesService extends RouterCertificates {
  constructor(
    private readonly db: CentralDatabase,
    private readonly certificates: RouterCertificatesRepository,
    private readonly ca: CertificateAuthority,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authority(): Promise<string> {
    return this.ca.certificate();
  }

  async list(holder: CertificateHolder): Promise<RouterCertificate[]> {
    return this.certificates.list(holder);
  }

  async issue(
    holder: CertificateHolder,
    issuedBy: string,
    password: string,
  ): Promise<{ readonly certificate: RouterCertificate; readonly pkcs12: Buffer }> {
    // Before the lock: finding a key takes a moment.
    const commonName = radsecCommonName(holder.registryId, randomBytes(RANDOM_BYTES).toString('hex'));
    const { pkcs12, ...identity } = await this.ca.issueRouter(commonName, password);
    return this.db.transaction(async () => {
      const valid = await this.certificates.countValidForUpdate(holder, this.clock.now());
      if (valid === undefined) throw new DomainError('ROUTER_NOT_FOUND');
      if (valid >= MAX_VALID) throw new DomainError('ROUTER_CERTIFICATE_LIMIT', { max: MAX_VALID });
      const id = await this.certificates.insert(holder.registryId, { ...identity, issuedBy });
      return { certificate: { ...identity, id, issuedBy, revokedAt: null, revokedBy: null }, pkcs12 };
    });
  }

  async revoke(holder: CertificateHolder, id: number, revokedBy: string): Promise<RouterCertificate> {
    return this.db.transaction(async () => {
      const present = await this.certificates.find(holder, id);
      if (!present) throw new DomainError('ROUTER_CERTIFICATE_NOT_FOUND', { id });
      await this.certificates.revoke(id, this.clock.now(), revokedBy);
      return (await this.certificates.find(holder, id)) ?? present;
    });
  }

  async discard(holder: CertificateHolder, id: number): Promise<void> {
    if (await this.certificates.find(holder, id)) await this.certificates.remove(holder.registryId, id);
  }
}

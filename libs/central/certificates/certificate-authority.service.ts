import { Injectable } from '@nestjs/common';
import { createAuthority, issueCertificate, type IssuedCertificate, type KeyedCertificate, toPkcs12 } from '@jala/infra/certificates';
import { SecretBox } from '@jala/infra/crypto';
import { Clock } from '@jala/kernel';
import { AuthoritiesRepository } from './authorities.repository';

const RADSEC = 'radsec';
const COMMON_NAME = 'Jala RadSec CA';
const DAY_MS = 86_400_000;
/** Routers trust it for as long as they are in use: there is no way to hand them another one but by hand. */
const AUTHORITY_DAYS = 20 * 365;
/** A router is issued a new one by a person, who may have to drive there; revoking does not wait for the end. */
const ROUTER_DAYS = 3 * 365;
/** What clients of TLS accept at most. */
const SERVER_DAYS = 820;
/** For routers whose clock is behind. */
const BACKDATED_DAYS = 1;

const sealPurpose = (name: string): string => `certificate-authority:${name}:key`;

/** What a router proves itself with, and the file that brings it there. */
export interface RouterIdentity {
  readonly serial: string;
  readonly commonName: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly pkcs12: Buffer;
}

/**
 * Jala's own CA, one for the installation, made when it is first needed. It lives in the central database, because the
 * platform issues routers' certificates and the worker FreeRADIUS's, and its key is sealed there; the key never leaves this class.
 */
@Injectable()
export class CertificateAuthority {
  constructor(
    private readonly authorities: AuthoritiesRepository,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** PEM; what routers must trust. */
  async certificate(): Promise<string> {
    return (await this.authority()).certificate;
  }

  /** @param names DNS names and addresses under which routers reach the server */
  async issueServer(names: readonly [string, ...string[]]): Promise<IssuedCertificate> {
    return issueCertificate(await this.authority(), {
      commonName: names[0],
      purpose: 'server',
      names,
      validity: this.validity(SERVER_DAYS),
    });
  }

  /** The key exists in the answer only. */
  async issueRouter(commonName: string, password: string): Promise<RouterIdentity> {
    const authority = await this.authority();
    const validity = this.validity(ROUTER_DAYS);
    const issued = await issueCertificate(authority, { commonName, purpose: 'client', validity });
    return {
      serial: issued.serial,
      commonName,
      issuedAt: this.clock.now(),
      expiresAt: validity.until,
      pkcs12: toPkcs12(issued, authority.certificate, password, commonName),
    };
  }

  /** Seals the key with the current encryption key. @returns how many were not */
  async rotateSecrets(): Promise<number> {
    const row = await this.authorities.find(RADSEC);
    if (!row || !this.secrets.needsRotation(row.keyEnc)) return 0;
    await this.authorities.replaceKey(RADSEC, row.keyEnc, this.secrets.rotate(row.keyEnc, sealPurpose(RADSEC)));
    return 1;
  }

  private async authority(): Promise<KeyedCertificate> {
    let row = await this.authorities.find(RADSEC);
    if (!row) {
      const made = await createAuthority(COMMON_NAME, this.validity(AUTHORITY_DAYS));
      await this.authorities.insertIfNone(RADSEC, {
        certificate: made.certificate,
        keyEnc: this.secrets.seal(made.key, sealPurpose(RADSEC)),
      });
      row = await this.authorities.find(RADSEC);
    }
    if (!row) throw new Error('The certificate authority vanished while it was being made.');
    return { certificate: row.certificate, key: this.secrets.open(row.keyEnc, sealPurpose(RADSEC)) };
  }

  private validity(days: number): { from: Date; until: Date } {
    const now = this.clock.now().getTime();
    // Certificates count in whole seconds.
    const at = (time: number): Date => new Date(Math.floor(time / 1_000) * 1_000);
    return { from: at(now - BACKDATED_DAYS * DAY_MS), until: at(now + days * DAY_MS) };
  }
}

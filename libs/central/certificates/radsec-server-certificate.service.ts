import { Injectable } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { isGoodUntil } from '@jala/infra/certificates';
import { AppConfig } from '@jala/infra/config';
import { readIfPresent, writeWhole } from '@jala/infra/files';
import { Clock } from '@jala/kernel';
import { CertificateAuthority } from './certificate-authority.service';

/** Long before its end, because it counts from the next start of FreeRADIUS's radsec process. */
const RENEW_BEFORE_MS = 60 * 86_400_000;

/**
 * What FreeRADIUS proves itself to routers with: ca.pem and server.pem, which holds certificate and key together, so that
 * no crash leaves the key of one with the certificate of another. Only the account of FreeRADIUS and Jala reads them.
 */
@Injectable()
export class RadsecServerCertificate {
  private readonly folder: string;
  private readonly host: string;

  constructor(
    private readonly authority: CertificateAuthority,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.folder = config.radius.radsecCertDir;
    this.host = config.radius.publicHost;
  }

  /** Puts a certificate in place where there is none, or one that ends soon or does not fit any more. @returns whether it is new */
  async ensure(): Promise<boolean> {
    const names = await this.names();
    const ca = await this.authority.certificate();
    const [presentCa, present] = await Promise.all([this.read('ca.pem'), this.read('server.pem')]);
    const renewAt = new Date(this.clock.now().getTime() + RENEW_BEFORE_MS);
    if (presentCa === ca && isGoodUntil(present, ca, names, renewAt)) return false;
    const { certificate, key } = await this.authority.issueServer(names);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.write('ca.pem', ca);
    await this.write('server.pem', `${certificate}${key}`);
    return true;
  }

  /** RouterOS takes addresses only, also for a server that has a name: it then expects the address in the certificate. */
  private async names(): Promise<readonly [string, ...string[]]> {
    if (isIP(this.host)) return [this.host];
    const found = await lookup(this.host, { all: true }).catch(() => []);
    return [this.host, ...found.map(({ address }) => address)];
  }

  private async read(name: string): Promise<string> {
    return (await readIfPresent(join(this.folder, name))) ?? '';
  }

  private async write(name: string, content: string): Promise<void> {
    await writeWhole(join(this.folder, name), content, this.folder);
  }
}

import { AppConfig } from '@jala/infra/config';
import { namesIn, readIfPresent, writeWhole } from '@jala/infra/files';
import { Injectable } from '@nestjs/common';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A router as FreeRADIUS knows it by its certificates. */
export interface RadsecRouter {
  /** Its row in the platform's router registry. */
  readonly registryId: number;
  /** The tenant's database. It decides whose users the router can log in. */
  readonly tenantDb: string;
  /** routers.id in the tenant's database. */
  readonly routerId: number;
  /** What stands for the router where others have their address: NAS-IP-Address in radacct. */
  readonly address: string;
  /** Common names of its certificates that are valid and not revoked. */
  readonly certificates: readonly string[];
}

const FOLDER = 'radsec';
const TEMPORARY = '.writing';
const TENANT_DB = /^t_[0-9a-z_]{1,48}$/;
const STAND_IN = /^2(4\d|5[0-4])(\.\d{1,3}){3}$/;
/** Also in freeradius/raddb/mods-config/perl/radsec_router.pl. */
const COMMON_NAME = /^router-(\d+)\.[0-9a-f]{16}$/;

/** The common name of a router's certificate. It begins with the router, so that all of one can be found. */
export const radsecCommonName = (registryId: number, random: string): string => `router-${registryId}.${random}`;

/**
 * One line for each certificate: what policy.d/radsec makes of it.
 * @throws RangeError naming what is wrong
 */
export function renderRadsecFile({ tenantDb, routerId, address }: RadsecRouter): string {
  if (!TENANT_DB.test(tenantDb)) throw new RangeError(`not a tenant database: ${tenantDb}`);
  if (!Number.isSafeInteger(routerId) || routerId < 1) throw new RangeError(`not a router id: ${routerId}`);
  if (!STAND_IN.test(address)) throw new RangeError(`not an address that stands for a router: ${address}`);
  return `${tenantDb} ${routerId} ${address}\n`;
}

/**
 * Whose certificates FreeRADIUS takes: a directory with one file for each, named by the certificate. It is read at every
 * packet, so that a certificate counts, or does not count any more, from that moment on, whatever connections it has open.
 */
@Injectable()
export class RadsecFiles {
  private readonly root: string;
  private readonly folder: string;

  constructor(config: AppConfig) {
    this.root = config.radius.clientsDir;
    this.folder = join(this.root, FOLDER);
  }

  async prepare(): Promise<void> {
    for (const name of [FOLDER, TEMPORARY]) await mkdir(join(this.root, name), { recursive: true, mode: 0o700 });
  }

  /** Makes FreeRADIUS know the router by exactly these certificates. @returns whether anything changed */
  async publish(router: RadsecRouter): Promise<boolean> {
    const content = renderRadsecFile(router);
    await this.prepare();
    const surplus = new Set((await this.names()).filter((name) => registryIdOf(name) === router.registryId));
    let changed = false;
    for (const name of router.certificates) {
      if (registryIdOf(name) !== router.registryId) throw new RangeError(`not a certificate of router ${router.registryId}: ${name}`);
      surplus.delete(name);
      changed = (await this.write(name, content)) || changed;
    }
    for (const name of surplus) await rm(join(this.folder, name), { force: true });
    return changed || surplus.size > 0;
  }

  async unpublish(registryId: number): Promise<void> {
    for (const name of await this.names()) if (registryIdOf(name) === registryId) await rm(join(this.folder, name), { force: true });
  }

  /** Makes the directory say exactly `routers`; whatever else lies in it goes. @returns how many files were written or removed */
  async reconcile(routers: Iterable<RadsecRouter>): Promise<number> {
    await this.prepare();
    const surplus = new Set(await this.names());
    let changed = 0;
    for (const router of routers) {
      for (const name of router.certificates) {
        surplus.delete(name);
        if (await this.write(name, renderRadsecFile(router))) changed++;
      }
    }
    for (const name of surplus) await rm(join(this.folder, name), { recursive: true, force: true });
    return changed + surplus.size;
  }

  async names(): Promise<string[]> {
    return namesIn(this.folder);
  }

  private async write(name: string, content: string): Promise<boolean> {
    const path = join(this.folder, name);
    if ((await readIfPresent(path)) === content) return false;
    await writeWhole(path, content, join(this.root, TEMPORARY));
    return true;
  }
}

function registryIdOf(name: string): number | undefined {
  const id = COMMON_NAME.exec(name)?.[1];
  return id === undefined ? undefined : Number(id);
}

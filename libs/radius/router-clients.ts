import { AppConfig } from '@jala/infra/config';
import { namesIn, readIfPresent, writeWhole } from '@jala/infra/files';
import { canonicalIp } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clientFileName, renderClientFile, type RouterClient, tenantLine } from './client-file';

const FOLDERS = ['v4', 'v6'] as const;
// Not inside v4 or v6: FreeRADIUS reads every file there when it starts.
const TEMPORARY = '.writing';

export interface ReconciledClients {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Which routers FreeRADIUS listens to: a directory with one file for each. Files appear whole or not at all; FreeRADIUS looks
 * at their time once a second, so that every change is in force within two seconds.
 */
@Injectable()
export class RouterClients {
  private readonly root: string;

  constructor(config: AppConfig) {
    this.root = config.radius.clientsDir;
  }

  /** FreeRADIUS does not start without its directories. */
  async prepare(): Promise<void> {
    for (const folder of [...FOLDERS, TEMPORARY]) await mkdir(join(this.root, folder), { recursive: true, mode: 0o700 });
  }

  /** @returns false when the file already said exactly this */
  async publish(client: RouterClient): Promise<boolean> {
    const content = renderClientFile(client);
    const path = join(this.root, clientFileName(client.address));
    if ((await readIfPresent(path)) === content) return false;
    await this.prepare();
    // A power cut must not leave an empty file: FreeRADIUS would not start with it.
    await writeWhole(path, content, join(this.root, TEMPORARY));
    return true;
  }

  /** @returns false when there was none */
  async unpublish(address: string): Promise<boolean> {
    try {
      await rm(join(this.root, clientFileName(address)));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async addresses(): Promise<string[]> {
    const found: string[] = [];
    for (const folder of FOLDERS) {
      for (const name of await namesIn(join(this.root, folder))) if (canonicalIp(name) === name) found.push(name);
    }
    return found;
  }

  /**
   * Makes the directory say exactly `clients`. Whatever else lies in it goes, because it would be read at the next start; only the
   * files of `unknown`, about which nothing can be said just now, stay as they are, as long as they are of the same tenant.
   */
  async reconcile(
    clients: Iterable<RouterClient>,
    unknown: Iterable<Pick<RouterClient, 'address' | 'tenantDb'>> = [],
  ): Promise<ReconciledClients> {
    await this.prepare();
    const present = new Set<string>();
    for (const folder of FOLDERS) for (const name of await namesIn(join(this.root, folder))) present.add(`${folder}/${name}`);
    const added: string[] = [];
    const changed: string[] = [];
    for (const client of clients) {
      const known = present.delete(clientFileName(client.address));
      if (await this.publish(client)) (known ? changed : added).push(client.address);
    }
    for (const { address, tenantDb } of unknown) {
      const content = await readIfPresent(join(this.root, clientFileName(address)));
      if (content?.includes(tenantLine(tenantDb))) present.delete(clientFileName(address));
    }
    const removed: string[] = [];
    for (const file of present) {
      await rm(join(this.root, file), { recursive: true, force: true });
      removed.push(file.slice(file.indexOf('/') + 1));
    }
    return { added, changed, removed };
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

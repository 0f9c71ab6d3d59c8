import { AppConfig } from '@jala/infra/config';
import { canonicalIp } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Packets from an address that no router is registered for. */
export interface UnknownSource {
  readonly address: string;
  readonly authPackets: number;
  readonly acctPackets: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** FreeRADIUS writes at most about 2 kB/s of it; more has gathered while no worker ran, and is old. */
const MOST_BYTES = 1_048_576;
const MOST_ADDRESSES = 2_000;
/** FreeRADIUS looks whether the file is still there before it writes: this is far longer than it takes to write a line then. */
const LAST_LINE_MS = 100;
const LINE = /^(\d{9,11}) ([0-9a-f.:]{2,45}) (\d{1,4})$/;

/** What freeradius/raddb/policy.d/unknown_sources notes, beside the control sockets of the processes that hear packets. */
@Injectable()
export class UnknownSourceFiles {
  private readonly files: readonly { readonly path: string; readonly port: 'auth' | 'acct' }[];

  constructor(config: AppConfig) {
    this.files = config.radius.controlSockets.flatMap((socket) => {
      const port = basename(socket, '.sock');
      return port === 'auth' || port === 'acct' ? [{ path: join(dirname(socket), 'unknown-sources', port), port }] : [];
    });
  }

  /** Takes what has been noted since the last time. It is forgotten only when `store` has succeeded. */
  async drain(store: (sources: readonly UnknownSource[]) => Promise<void>): Promise<void> {
    const taken = (await Promise.all(this.files.map(async (file) => ({ ...file, found: await take(file.path) })))).filter(
      ({ found }) => found !== undefined,
    );
    const sources = new Map<string, UnknownSource>();
    for (const { port, found } of taken) for (const line of found?.split('\n') ?? []) add(sources, port, line);
    if (sources.size > 0) await store([...sources.values()]);
    for (const { path } of taken) await rm(takenPath(path), { force: true });
  }
}

function add(sources: Map<string, UnknownSource>, port: 'auth' | 'acct', line: string): void {
  const [, seconds, text, count] = LINE.exec(line) ?? [];
  const address = text && canonicalIp(text);
  if (!address) return;
  const known = sources.get(address);
  if (!known && sources.size >= MOST_ADDRESSES) return;
  const at = new Date(Number(seconds) * 1_000);
  const packets = Number(count);
  sources.set(address, {
    address,
    authPackets: (known?.authPackets ?? 0) + (port === 'auth' ? packets : 0),
    acctPackets: (known?.acctPackets ?? 0) + (port === 'acct' ? packets : 0),
    firstSeenAt: known && known.firstSeenAt < at ? known.firstSeenAt : at,
    lastSeenAt: known && known.lastSeenAt > at ? known.lastSeenAt : at,
  });
}

const takenPath = (path: string): string => `${path}.taken`;

/** What could not be stored the last time comes first. Undefined when there is nothing. */
async function take(path: string): Promise<string | undefined> {
  const left = await beginningOf(takenPath(path));
  if (left !== undefined) return left;
  try {
    await rename(path, takenPath(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  await sleep(LAST_LINE_MS);
  return beginningOf(takenPath(path));
}

async function beginningOf(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

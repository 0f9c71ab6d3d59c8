import { spawn } from 'node:child_process';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import type { DatabaseTarget } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';

export interface ExportFile {
  readonly name: string;
  readonly bytes: number;
  readonly stream: ReadStream;
}

const FOLDER = 'exports';

/** The whole of a tenant's database as SQL that mariadb or mysql reads back, compressed. */
@Injectable()
export class TenantExports {
  constructor(private readonly config: AppConfig) {}

  /**
   * Writes the export and gives its path, relative to the data folder. It appears under its name only when it is whole.
   * One at a time for a tenant: what an earlier one left half-written, when its worker was killed, is removed.
   * @throws Error when the dump program fails
   */
  async write(slug: string, tenantId: number, target: DatabaseTarget): Promise<string> {
    const folder = join(this.config.dataDir, FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${slug}-${tenantId}.sql.gz`;
    const prefix = `.${name}.`;
    for (const left of await readdir(folder)) if (left.startsWith(prefix)) await rm(join(folder, left), { force: true });
    const unfinished = join(folder, `${prefix}${process.pid}`);
    try {
      await this.dump(target, unfinished);
      await rename(unfinished, join(folder, name));
    } finally {
      await rm(unfinished, { force: true });
    }
    return join(FOLDER, name);
  }

  /** Undefined when the file is gone. */
  async read(path: string): Promise<ExportFile | undefined> {
    const file = join(this.config.dataDir, path);
    const found = await stat(file).catch(() => undefined);
    return found && { name: basename(file), bytes: found.size, stream: createReadStream(file) };
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.config.dataDir, path), { force: true });
  }

  private async dump(target: DatabaseTarget, file: string): Promise<void> {
    // In a file of our own and not among the arguments, which every local user can read.
    const options = `${file}.cnf`;
    const certificate = `${file}.ca`;
    const handle = await open(file, 'w', 0o600);
    try {
      await writeFile(options, optionFile(target, certificate), { mode: 0o600 });
      if (target.tlsCa !== undefined) await writeFile(certificate, target.tlsCa, { mode: 0o600 });
      const child = spawn('mariadb-dump', [`--defaults-file=${options}`, ...SNAPSHOT, target.database], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let complaint = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-500)));
      const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
      const [code] = await Promise.all([
        ended,
        pipeline(child.stdout, withoutDefiners, createGzip(), handle.createWriteStream({ flush: true })),
      ]);
      if (code !== 0) throw new Error(`mariadb-dump ended with ${String(code)}: ${complaint.trim()}`);
    } finally {
      await handle.close().catch(() => undefined);
      await Promise.all([options, certificate].map((path) => rm(path, { force: true })));
    }
  }
}

/**
 * Triggers belong to whoever restores them: the account that made them here does not exist elsewhere, and a trigger whose
 * definer is missing fails. Text inside values never begins a line: the dump writes line ends as \\n.
 */
async function* withoutDefiners(dump: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const strip = (line: Buffer): Buffer =>
    line.subarray(0, 17).equals(TRIGGER) ? Buffer.from(line.toString('latin1').replace(/\/\*!50017 DEFINER=.*?\*\/ /, ''), 'latin1') : line;
  let rest: Buffer[] = [];
  for await (const chunk of dump) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield strip(Buffer.concat([...rest, chunk.subarray(start, end + 1)]));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  yield strip(Buffer.concat(rest));
}

const TRIGGER = Buffer.from('/*!50003 CREATE*/');

/** One consistent snapshot without locking anybody out. */
const SNAPSHOT = ['--single-transaction', '--quick', '--skip-lock-tables', '--hex-blob', '--default-character-set=utf8mb4'];

function optionFile({ host, port, socket, user, password, tlsCa }: DatabaseTarget, certificate: string): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    '[client]',
    ...(socket === undefined ? [`host=${quoted(host)}`, `port=${port}`, 'protocol=tcp'] : [`socket=${quoted(socket)}`]),
    `user=${quoted(user)}`,
    `password=${quoted(password)}`,
    ...(tlsCa === undefined ? [] : [`ssl-ca=${quoted(certificate)}`, 'ssl-verify-server-cert']),
    '',
  ].join('\n');
}

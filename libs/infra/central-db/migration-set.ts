import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { splitStatements } from './sql-statements';

export type MigrationKind = 'central' | 'tenant';

export interface MigrationFile {
  /** `0002` in `0002-business.sql`. */
  readonly version: number;
  /** `0002-business` */
  readonly name: string;
  /** As an operator finds it, for errors. */
  readonly path: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The reviewed, forward-only SQL files of one kind of database. */
export class MigrationSet {
  private constructor(readonly files: readonly MigrationFile[]) {}

  static of(kind: MigrationKind): MigrationSet {
    return MigrationSet.in(folderOf(kind));
  }

  static in(folder: string): MigrationSet {
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort()
      .map((file) => readMigration(folder, file));
    files.forEach((file, index) => {
      if (file.version === files[index - 1]?.version)
        throw new Error(`${file.path}: the number ${file.version} is taken by ${files[index - 1]?.name}.`);
    });
    return new MigrationSet(files);
  }

  /** What `schema_version` is after all of them; 0 without any. */
  get version(): number {
    return this.files.at(-1)?.version ?? 0;
  }

  /** Changes with any of the files. */
  get checksum(): string {
    return sha256(this.files.map(({ name, checksum }) => `${name}:${checksum}`).join('\n'));
  }
}

function readMigration(folder: string, file: string): MigrationFile {
  const path = join(folder, file);
  const version = FILE_NAME.exec(file)?.[1];
  if (version === undefined) throw new Error(`${path}: a migration is named NNNN-what-it-does.sql.`);
  const sql = readFileSync(path, 'utf8').replace(/\r\n/g, '\n');
  return { version: Number(version), name: file.replace(/\.sql$/, ''), path, checksum: sha256(sql), statements: splitStatements(sql) };
}

/** The files stay where they are in the repository, whether this runs from source or from dist. */
function folderOf(kind: MigrationKind): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'migrations', kind);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`There is no folder migrations/${kind} above ${__dirname}.`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

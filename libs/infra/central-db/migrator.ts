import { createHash } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type DatabaseTarget, withConnection } from './database-target';
import { type LoggedMigration, MigrationLog } from './migration-log';
import type { MigrationFile, MigrationSet } from './migration-set';
import { createsTrigger, LOCK_TRIGGERS, UNLOCK_TRIGGERS } from './trigger-lock';

export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** Names of the files that were run, or whose rest was run. */
  readonly applied: readonly string[];
}

/** "Exists already" or "is gone already": what a statement says that had taken effect just before its process died. */
const ALREADY_DONE = new Set([1007, 1050, 1060, 1061, 1068, 1091, 1304, 1359, 1826]);
const MANIPULATES_ROWS = /^(INSERT|REPLACE|UPDATE|DELETE)\b/i;

/** Brings one database forward to the newest of the migration files. */
export class Migrator {
  constructor(private readonly set: MigrationSet) {}

  get version(): number {
    return this.set.version;
  }

  /** Only one migrator works on a database at a time; the others wait, then find nothing left to do. */
  async migrate(target: DatabaseTarget, { lockTimeoutSeconds = 60 } = {}): Promise<MigrationReport> {
    return withConnection(target, async (connection) => {
      const lock = `jala:${createHash('sha1').update(target.database).digest('hex')}`;
      const [[row]] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS got', [lock, lockTimeoutSeconds]);
      if (Number(row?.got) !== 1)
        throw new MigrationError(`Another process has been migrating ${target.database} for ${lockTimeoutSeconds} s.`);
      // The server frees the lock with the connection, however this ends.
      return this.run(connection, target.database);
    });
  }

  /** The newest version that is wholly applied; 0 for an empty database. */
  async versionOf(target: DatabaseTarget): Promise<number> {
    return withConnection(target, async (connection) => {
      const log = new MigrationLog(connection);
      if (!(await log.exists())) return 0;
      return (await log.all()).filter(({ applied }) => applied).at(-1)?.version ?? 0;
    });
  }

  private async run(connection: Connection, database: string): Promise<MigrationReport> {
    const log = new MigrationLog(connection);
    await log.create();
    const logged = await log.all();
    this.assertSameHistory(logged, database);
    const from = logged.filter(({ applied }) => applied).at(-1)?.version ?? 0;
    const open = this.set.files.filter(({ version }) => !logged.some((entry) => entry.version === version && entry.applied));
    for (const file of open) {
      await this.apply(
        connection,
        log,
        file,
        logged.find(({ version }) => version === file.version),
        database,
      );
    }
    return { from, to: this.set.version, applied: open.map(({ name }) => name) };
  }

  private assertSameHistory(logged: readonly LoggedMigration[], database: string): void {
    for (const entry of logged) {
      const file = this.set.files.find(({ version }) => version === entry.version);
      if (!file)
        throw new MigrationError(`${database} has migration ${entry.name}, which this version of Jala does not know: it is newer.`);
      // A file whose first statement never succeeded has left no trace and may be mended.
      if (file.checksum !== entry.checksum && entry.done > 0) {
        throw new MigrationError(`${file.path} was changed after ${database} had it. Put the file back and write a new one.`);
      }
    }
    const newest = logged.at(-1)?.version ?? 0;
    const late = this.set.files.find(({ version }) => version < newest && !logged.some((entry) => entry.version === version));
    if (late) throw new MigrationError(`${late.path} is older than what ${database} has already. Give it a number after ${newest}.`);
  }

  private async apply(
    connection: Connection,
    log: MigrationLog,
    file: MigrationFile,
    before: LoggedMigration | undefined,
    database: string,
  ): Promise<void> {
    const done = before?.done ?? 0;
    if (before?.checksum !== file.checksum) await log.open(file);
    for (const [index, statement] of file.statements.entries()) {
      const number = index + 1;
      if (number <= done) continue;
      try {
        if (MANIPULATES_ROWS.test(statement)) await this.manipulate(connection, log, file.version, number, statement);
        else
          await this.define(
            connection,
            log,
            file.version,
            number,
            statement,
            before?.checksum === file.checksum && before.begun === number,
          );
      } catch (cause) {
        throw new MigrationError(
          `${file.path}, statement ${number} of ${file.statements.length} (${firstLine(statement)}) failed on ${database}: ${(cause as Error).message}`,
          { cause },
        );
      }
    }
    await log.close(file.version);
  }

  /** Rows and the note of them are one transaction. */
  private async manipulate(connection: Connection, log: MigrationLog, version: number, number: number, statement: string): Promise<void> {
    await connection.beginTransaction();
    try {
      await connection.query(statement);
      await log.confirm(version, number);
      await connection.commit();
    } catch (error) {
      await connection.rollback();
      throw error;
    }
  }

  private async define(
    connection: Connection,
    log: MigrationLog,
    version: number,
    number: number,
    statement: string,
    outcomeUnknown: boolean,
  ): Promise<void> {
    await log.begin(version, number);
    const alone = createsTrigger(statement);
    if (alone) await connection.query(LOCK_TRIGGERS);
    try {
      await connection.query(statement);
    } catch (error) {
      if (!outcomeUnknown || !ALREADY_DONE.has((error as { errno?: number }).errno ?? 0)) throw error;
    } finally {
      if (alone) await connection.query(UNLOCK_TRIGGERS);
    }
    await log.confirm(version, number);
  }
}

function firstLine(statement: string): string {
  const [line = ''] = statement.split('\n');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

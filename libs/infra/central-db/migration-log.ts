import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { MigrationFile } from './migration-set';

export const MIGRATIONS_TABLE = 'schema_migrations';

/**
 * MariaDB commits every DDL statement by itself, so a file that breaks off half-way stays half applied. The statement that was
 * begun is therefore noted before it runs and confirmed after: the next run continues exactly there.
 */
export const CREATE_MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (
  version INT UNSIGNED NOT NULL PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  checksum CHAR(64) CHARACTER SET ascii NOT NULL,
  statements_begun INT UNSIGNED NOT NULL DEFAULT 0,
  statements_done INT UNSIGNED NOT NULL DEFAULT 0,
  applied_at DATETIME(3) NULL COMMENT 'NULL: broke off'
)`;

export interface LoggedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly begun: number;
  readonly done: number;
  readonly applied: boolean;
}

export class MigrationLog {
  constructor(private readonly connection: Connection) {}

  async exists(): Promise<boolean> {
    const [rows] = await this.connection.query<RowDataPacket[]>('SHOW TABLES LIKE ?', [MIGRATIONS_TABLE]);
    return rows.length > 0;
  }

  async create(): Promise<void> {
    await this.connection.query(CREATE_MIGRATIONS_TABLE);
  }

  async all(): Promise<LoggedMigration[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(
      `SELECT version, name, checksum, statements_begun, statements_done, applied_at FROM ${MIGRATIONS_TABLE} ORDER BY version`,
    );
    return rows.map((row) => ({
      version: Number(row.version),
      name: String(row.name),
      checksum: String(row.checksum),
      begun: Number(row.statements_begun),
      done: Number(row.statements_done),
      applied: row.applied_at !== null,
    }));
  }

  /** Notes a file that has not been begun. */
  async open({ version, name, checksum }: MigrationFile): Promise<void> {
    await this.connection.query(`REPLACE INTO ${MIGRATIONS_TABLE} (version, name, checksum) VALUES (?, ?, ?)`, [version, name, checksum]);
  }

  async begin(version: number, statement: number): Promise<void> {
    await this.connection.query(`UPDATE ${MIGRATIONS_TABLE} SET statements_begun = ? WHERE version = ?`, [statement, version]);
  }

  async confirm(version: number, statement: number): Promise<void> {
    await this.connection.query(`UPDATE ${MIGRATIONS_TABLE} SET statements_done = ? WHERE version = ?`, [statement, version]);
  }

  async close(version: number): Promise<void> {
    await this.connection.query(`UPDATE ${MIGRATIONS_TABLE} SET applied_at = UTC_TIMESTAMP(3) WHERE version = ?`, [version]);
  }

  /** For a database that was made from a dump of exactly these files. */
  async recordAll(files: readonly MigrationFile[]): Promise<void> {
    if (files.length === 0) return;
    const rows = files.map(({ version, name, checksum, statements }) => [
      version,
      name,
      checksum,
      statements.length,
      statements.length,
      new Date(),
    ]);
    await this.connection.query(
      `INSERT INTO ${MIGRATIONS_TABLE} (version, name, checksum, statements_begun, statements_done, applied_at) VALUES ?`,
      [rows],
    );
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { escape, escapeId } from 'mysql2';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type DatabaseServer, type DatabaseTarget, withConnection } from './database-target';
import { MIGRATIONS_TABLE, MigrationLog } from './migration-log';
import type { MigrationSet } from './migration-set';
import { type MigrationReport, Migrator } from './migrator';
import { LOCK_TRIGGERS, UNLOCK_TRIGGERS } from './trigger-lock';

interface DumpedTable {
  readonly name: string;
  /** Its definition, its rows where migrations put some in, then its triggers: the rows were there before anything could react to them. */
  readonly sql: string;
}

type Dump = readonly DumpedTable[];

const LOCK_SECONDS = 120;
/** How long an earlier session in the same database may take to end. */
const PATIENCE_MS = 60_000;
/** Creating a table is mostly waiting for the disk: several at once take half the time (`npm run bench -- tenants`). */
const LOADERS = 4;

/**
 * New databases at the current version without running every migration again: the files are run once per process and
 * database server in a scratch database, and its tables are then created elsewhere, several at once.
 */
export class SchemaDump {
  private readonly migrator: Migrator;
  private readonly dumps = new Map<string, Promise<Dump | undefined>>();

  constructor(private readonly set: MigrationSet) {
    this.migrator = new Migrator(set);
  }

  get version(): number {
    return this.set.version;
  }

  /**
   * Brings a database to the current version, whatever it holds: nothing, part of an interrupted installation, or an older
   * version. The account must be allowed to create databases named `t_…`.
   */
  async install(target: DatabaseTarget): Promise<MigrationReport> {
    const dump = await this.dumpFor(target);
    if (dump) {
      const installed = await withConnection(target, (connection) => this.load(connection, target, dump), { multipleStatements: true });
      if (installed) return { from: 0, to: this.version, applied: this.set.files.map(({ name }) => name) };
    }
    return this.migrator.migrate(target);
  }

  /** The statements that create the current schema; undefined when it has views or routines, which a dump leaves out. */
  async sql(server: DatabaseServer): Promise<string | undefined> {
    const dump = await this.dumpFor(server);
    return dump && withoutChecks(dump);
  }

  private dumpFor(server: DatabaseServer): Promise<Dump | undefined> {
    const key = server.socket ?? `${server.host}:${server.port}`;
    const known = this.dumps.get(key);
    if (known) return known;
    const dump = this.build(server);
    this.dumps.set(key, dump);
    dump.catch(() => this.dumps.delete(key));
    return dump;
  }

  /** The scratch database has the same name everywhere, so that what a killed process left is cleared by the next one. */
  private async build({ host, port, socket, user, password, tlsCa }: DatabaseServer): Promise<Dump | undefined> {
    const server: DatabaseServer = { host, port, socket, user, password, tlsCa };
    const scratch = `t__schema_${this.set.checksum.slice(0, 12)}`;
    return withConnection(server, async (connection) => {
      await lock(connection, scratch);
      await connection.query(`DROP DATABASE IF EXISTS ${escapeId(scratch)}`);
      await connection.query(`CREATE DATABASE ${escapeId(scratch)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
      try {
        await this.migrator.migrate({ ...server, database: scratch });
        return await dumpOf(connection, scratch);
      } finally {
        await connection.query(`DROP DATABASE IF EXISTS ${escapeId(scratch)}`);
      }
    });
  }

  /** False when the database has a history of its own and must be migrated instead. */
  private async load(connection: Connection, target: DatabaseTarget, dump: Dump): Promise<boolean> {
    await othersGone(connection, target.database);
    const log = new MigrationLog(connection);
    if ((await log.exists()) && (await log.all()).length > 0) return false;
    await dropInterrupted(connection, dump);
    await createTables(connection, target, dump);
    // Last: until then the database counts as not installed.
    await log.create();
    await log.recordAll(this.set.files);
    return true;
  }
}

async function lock(connection: Connection, name: string): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS got', [`jala:${name}`, LOCK_SECONDS]);
  if (Number(row?.got) !== 1) throw new Error(`Another process has been building the schema dump for ${LOCK_SECONDS} s.`);
}

/**
 * The server goes on with what a killed process sent it last, here the tables and triggers of a quarter of the schema. Clearing
 * away under its hands would leave files that make the database impossible to drop (see trigger-lock.ts).
 * Only this account makes tables; what the tenant's own account has open does not matter.
 */
async function othersGone(connection: Connection, database: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [[row]] = await connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS n FROM information_schema.processlist
        WHERE db = ? AND user = SUBSTRING_INDEX(USER(), '@', 1) AND id <> CONNECTION_ID()`,
      [database],
    );
    if (Number(row?.n) === 0) return;
    if (Date.now() > deadline) throw new Error('Another session is still at work in the database.');
    await sleep(50);
  }
}

/** Only tables that an interrupted installation can have made, and only while nothing has used them. */
async function dropInterrupted(connection: Connection, dump: Dump): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('SHOW TABLES');
  const present = rows.map((row) => String(Object.values(row)[0]));
  const foreign = present.find((table) => table !== MIGRATIONS_TABLE && !dump.some(({ name }) => name === table));
  if (foreign !== undefined) throw new Error(`The database is not empty: it has a table ${foreign} that no migration makes.`);
  if (present.length === 0) return;
  await connection.query(
    `SET FOREIGN_KEY_CHECKS = 0; DROP TABLE ${present.map((table) => escapeId(table)).join(', ')}; SET FOREIGN_KEY_CHECKS = 1`,
  );
}

async function dumpOf(connection: Connection, database: string): Promise<Dump | undefined> {
  if (await hasViewsOrRoutines(connection, database)) return undefined;
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' AND table_name <> ? ORDER BY table_name",
    [database, MIGRATIONS_TABLE],
  );
  const tables: DumpedTable[] = [];
  for (const row of rows) {
    const name = String(row.name);
    const [[created]] = await connection.query<RowDataPacket[]>(`SHOW CREATE TABLE ${escapeId(database)}.${escapeId(name)}`);
    const definition = String(created?.['Create Table']).replace(/ AUTO_INCREMENT=\d+/, '');
    const seed = await rowsOf(connection, database, name);
    const triggers = await triggersOf(connection, database, name);
    tables.push({ name, sql: [definition, ...(seed === undefined ? [] : [seed]), ...triggers].join(';\n') });
  }
  return tables;
}

/** Tables may name each other in foreign keys, in any order. */
function withoutChecks(tables: Dump): string {
  return ['SET FOREIGN_KEY_CHECKS = 0', ...tables.map(({ sql }) => sql), 'SET FOREIGN_KEY_CHECKS = 1'].join(';\n');
}

async function createTables(first: Connection, target: DatabaseTarget, tables: Dump): Promise<void> {
  const shares = Array.from({ length: LOADERS }, (_, loader) => tables.filter((_table, index) => index % LOADERS === loader));
  const results = await Promise.allSettled(
    shares.map((share, loader) => {
      const sql = withoutChecks(share);
      return loader === 0 ? first.query(sql) : withConnection(target, (connection) => connection.query(sql), { multipleStatements: true });
    }),
  );
  // Only when all have stopped: whoever tries again clears the tables away first.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Without their definer: whoever installs the schema is the account they run as. */
async function triggersOf(connection: Connection, database: string, table: string): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = ? AND event_object_table = ?
     ORDER BY event_manipulation, action_timing, action_order`,
    [database, table],
  );
  const statements: string[] = [];
  for (const row of rows) {
    const [[created]] = await connection.query<RowDataPacket[]>(`SHOW CREATE TRIGGER ${escapeId(database)}.${escapeId(String(row.name))}`);
    statements.push(String(created?.['SQL Original Statement']).replace(/^CREATE DEFINER=\S+ /, 'CREATE '));
  }
  return statements.length === 0 ? [] : [LOCK_TRIGGERS, ...statements, UNLOCK_TRIGGERS];
}

async function hasViewsOrRoutines(connection: Connection, database: string): Promise<boolean> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM information_schema.views WHERE table_schema = ?)
          + (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = ?) AS n`,
    [database, database],
  );
  return Number(row?.n) > 0;
}

/** Rows that migrations put in. Generated columns cannot be written. */
async function rowsOf(connection: Connection, database: string, table: string): Promise<string | undefined> {
  const [columns] = await connection.query<RowDataPacket[]>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND extra NOT LIKE '% GENERATED%' ORDER BY ordinal_position",
    [database, table],
  );
  const names = columns.map((column) => escapeId(String(column.name))).join(', ');
  const [rows] = await connection.query<RowDataPacket[][]>({
    sql: `SELECT ${names} FROM ${escapeId(database)}.${escapeId(table)}`,
    rowsAsArray: true,
    // Text as the server writes it: nothing is lost on the way through JavaScript values.
    typeCast: (field, next) => (field.type === 'BLOB' || field.type === 'BIT' ? next() : field.string()),
  });
  if (rows.length === 0) return undefined;
  const values = rows.map(
    (row) =>
      `(${Object.values(row)
        .map((value) => escape(value))
        .join(', ')})`,
  );
  return `INSERT INTO ${escapeId(table)} (${names}) VALUES ${values.join(',\n')}`;
}

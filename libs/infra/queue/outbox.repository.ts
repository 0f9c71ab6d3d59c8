import { JOB_NAMES, type JobName, type JobPayloads } from './catalogue';

/** The three things the outbox needs from a database; the central one and the current tenant's have them alike. */
export interface OutboxDatabase {
  query<T>(sql: string, params?: unknown[]): Promise<T>;
}

export interface NewOutboxRow {
  readonly job: JobName;
  readonly payload: JobPayloads[JobName];
  readonly runAt: Date | null;
  readonly createdAt: Date;
}

export interface OutboxRow {
  readonly id: number;
  readonly job: string;
  readonly payload: unknown;
  readonly runAt: Date | null;
  readonly createdAt: Date;
}

export interface GivenUpRow {
  readonly id: number;
  readonly job: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

interface StoredRow {
  id: number | string;
  job: string;
  payload: unknown;
  run_at: Date | null;
  created_at: Date;
}

const COLUMNS = 'id, job, payload, run_at, created_at';

/** The table `outbox`, of whichever database it is given. */
export class OutboxRepository {
  constructor(private readonly database: OutboxDatabase) {}

  async insert({ job, payload, runAt, createdAt }: NewOutboxRow): Promise<OutboxRow> {
    const { insertId } = await this.database.query<{ insertId: number | string }>(
      'INSERT INTO outbox (job, payload, run_at, created_at) VALUES (?, ?, ?, ?)',
      [job, JSON.stringify(payload), runAt, createdAt],
    );
    return { id: Number(insertId), job, payload, runAt, createdAt };
  }

  async find(id: number): Promise<OutboxRow | undefined> {
    const rows = await this.database.query<StoredRow[]>(`SELECT ${COLUMNS} FROM outbox WHERE id = ? AND failed_at IS NULL`, [id]);
    return rows.map(toRow)[0];
  }

  /**
   * What nobody has acknowledged: rows never handed over that are older than `createdBefore` (younger ones are being
   * handed over by their own transaction), and rows handed over before `handedBefore`. Rows of a newer version of Jala are left
   * for that version, and must not fill the batch.
   */
  async unacknowledged(createdBefore: Date, handedBefore: Date, limit: number): Promise<OutboxRow[]> {
    const rows = await this.database.query<StoredRow[]>(
      `SELECT ${COLUMNS} FROM outbox
        WHERE failed_at IS NULL AND job IN (?) AND ((handed_at IS NULL AND created_at <= ?) OR handed_at <= ?)
        ORDER BY id LIMIT ?`,
      [JOB_NAMES, createdBefore, handedBefore, limit],
    );
    return rows.map(toRow);
  }

  async hasOpen(): Promise<boolean> {
    const rows = await this.database.query<unknown[]>('SELECT 1 FROM outbox WHERE failed_at IS NULL AND job IN (?) LIMIT 1', [JOB_NAMES]);
    return rows.length > 0;
  }

  async markHanded(ids: readonly number[], at: Date): Promise<void> {
    await this.database.query('UPDATE outbox SET handed_at = ? WHERE id IN (?)', [at, ids]);
  }

  async acknowledge(id: number): Promise<void> {
    await this.database.query('DELETE FROM outbox WHERE id = ?', [id]);
  }

  async recordFailure(id: number, error: string, gaveUpAt: Date | null): Promise<void> {
    await this.database.query('UPDATE outbox SET attempts = attempts + 1, error = ?, failed_at = ? WHERE id = ?', [
      error.slice(0, 500),
      gaveUpAt,
      id,
    ]);
  }

  /** Oldest first, without their payloads: those hold names and addresses. */
  async givenUp(): Promise<GivenUpRow[]> {
    const rows = await this.database.query<(Omit<GivenUpRow, 'id' | 'attempts'> & { id: number | string; attempts: number | string })[]>(
      `SELECT id, job, attempts, error, created_at AS createdAt, failed_at AS failedAt
         FROM outbox WHERE failed_at IS NOT NULL ORDER BY id`,
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), attempts: Number(row.attempts) }));
  }

  async countGivenUp(): Promise<number> {
    const [row] = await this.database.query<{ jobs: number | string }[]>('SELECT COUNT(*) AS jobs FROM outbox WHERE failed_at IS NOT NULL');
    return Number(row?.jobs ?? 0);
  }

  /** Those that were given up, or the one of them, are owed again. Jobs that this version does not know stay as they are. */
  async reopen(id?: number): Promise<OutboxRow[]> {
    const rows = await this.database.query<StoredRow[]>(
      `SELECT ${COLUMNS} FROM outbox WHERE failed_at IS NOT NULL AND job IN (?)${id === undefined ? '' : ' AND id = ?'} ORDER BY id`,
      id === undefined ? [JOB_NAMES] : [JOB_NAMES, id],
    );
    if (rows.length === 0) return [];
    await this.database.query('UPDATE outbox SET failed_at = NULL, handed_at = NULL, attempts = 0 WHERE id IN (?)', [
      rows.map((row) => row.id),
    ]);
    return rows.map(toRow);
  }

  async purgeFailed(job: JobName, before: Date): Promise<void> {
    await this.database.query('DELETE FROM outbox WHERE job = ? AND failed_at < ?', [job, before]);
  }
}

function toRow(row: StoredRow): OutboxRow {
  return {
    id: Number(row.id),
    job: row.job,
    payload: typeof row.payload === 'string' ? JSON.parse(row.payload) : row.payload,
    runAt: row.run_at,
    createdAt: row.created_at,
  };
}

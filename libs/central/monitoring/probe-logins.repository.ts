import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';

const KEEP_DAYS = 7;

export interface ProbeRecord {
  readonly at: Date;
  readonly answer: string;
  readonly latencyMs: number | null;
  readonly backlogBytes: number | null;
  readonly backlogAgeSeconds: number | null;
}

/** Some minutes of tries. */
export interface ProbeBucket {
  readonly at: Date;
  readonly tries: number;
  readonly failures: number;
  /** Of those that were answered. */
  readonly latencyMs: number | null;
  readonly worstLatencyMs: number | null;
  readonly backlogAgeSeconds: number | null;
}

@Injectable()
export class ProbeLoginsRepository {
  constructor(private readonly db: CentralDatabase) {}

  async add(record: ProbeRecord): Promise<void> {
    await this.db.query('INSERT IGNORE INTO probe_logins (at, answer, latency_ms, backlog_bytes, backlog_age_s) VALUES (?, ?, ?, ?, ?)', [
      record.at,
      record.answer,
      record.latencyMs,
      record.backlogBytes,
      record.backlogAgeSeconds,
    ]);
    await this.db.query(`DELETE FROM probe_logins WHERE at < ? - INTERVAL ${KEEP_DAYS} DAY ORDER BY at LIMIT 100`, [record.at]);
  }

  async history(since: Date, bucketMinutes: number): Promise<ProbeBucket[]> {
    const seconds = bucketMinutes * 60;
    type Row = { [K in Exclude<keyof ProbeBucket, 'at'>]: string | number | null } & { bucket: string | number };
    const rows = await this.db.query<Row[]>(
      `SELECT FLOOR(UNIX_TIMESTAMP(at) / ?) AS bucket, COUNT(*) AS tries, SUM(answer <> 'accept') AS failures, AVG(latency_ms) AS latencyMs,
              MAX(latency_ms) AS worstLatencyMs, MAX(backlog_age_s) AS backlogAgeSeconds
         FROM probe_logins WHERE at >= ? GROUP BY bucket ORDER BY bucket`,
      [seconds, since],
    );
    const numberOf = (value: string | number | null): number | null => (value === null ? null : Number(value));
    return rows.map((row) => ({
      at: new Date(Number(row.bucket) * seconds * 1_000),
      tries: Number(row.tries),
      failures: Number(row.failures),
      latencyMs: row.latencyMs === null ? null : Math.round(Number(row.latencyMs) * 10) / 10,
      worstLatencyMs: numberOf(row.worstLatencyMs),
      backlogAgeSeconds: numberOf(row.backlogAgeSeconds),
    }));
  }
}

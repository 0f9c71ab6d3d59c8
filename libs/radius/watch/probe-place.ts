import { type DatabaseTarget, withConnection } from '@jala/infra/central-db';
import type { RowDataPacket } from 'mysql2/promise';
import { insertLogins, type LoginRecord } from '../login-history';
import { probeCredentials } from './radius-probe';

/** How long the probe's own logins stay in its history. */
const KEEP_HOURS = 24;

/**
 * The database that the probe logs in to: the tables of a tenant, one user, and nobody's data. It also has what is counted over the
 * logins of the whole platform.
 */
export class ProbePlace {
  /** @param target the probe's database, with an account that may do everything in it */
  constructor(private readonly target: DatabaseTarget) {}

  /** The tables exist already. May be called again. */
  async prepare(probeSecret: string): Promise<void> {
    const { username, password } = probeCredentials(probeSecret);
    await withConnection(this.target, async (connection) => {
      await connection.query(
        'CREATE TABLE IF NOT EXISTS reject_counts (reason VARCHAR(64) NOT NULL PRIMARY KEY, rejects BIGINT UNSIGNED NOT NULL DEFAULT 0)',
      );
      // Another worker may be logging in just now: it must not find the user without a password.
      await connection.beginTransaction();
      await connection.query(
        "INSERT INTO raduser (username, status) VALUES (?, 'active') ON DUPLICATE KEY UPDATE status = 'active', expires_at = NULL",
        [username],
      );
      await connection.query('DELETE FROM radcheck WHERE username = ?', [username]);
      await connection.query(
        "INSERT INTO radcheck (username, attribute, op, value, jala_managed) VALUES (?, 'Cleartext-Password', ':=', ?, 1)",
        [username, password],
      );
      await connection.commit();
    });
  }

  /** The probe's own logins, as those of a tenant. */
  async addLogins(records: readonly LoginRecord[]): Promise<void> {
    const { sql, params } = insertLogins(records);
    await withConnection(this.target, (connection) => connection.query(sql, params));
  }

  async countRejects(counts: ReadonlyMap<string, number>): Promise<void> {
    await withConnection(this.target, (connection) =>
      connection.query('INSERT INTO reject_counts (reason, rejects) VALUES ? ON DUPLICATE KEY UPDATE rejects = rejects + VALUES(rejects)', [
        [...counts],
      ]),
    );
  }

  /** Rejected logins of all tenants, by the words of the login history without their numbers. */
  async rejects(): Promise<Record<string, number>> {
    return withConnection(this.target, async (connection) => {
      await connection.query(
        `DELETE FROM radpostauth WHERE authdate < UTC_TIMESTAMP() - INTERVAL ${KEEP_HOURS} HOUR ORDER BY authdate LIMIT 1000`,
      );
      const [rows] = await connection.query<RowDataPacket[]>('SELECT reason, rejects FROM reject_counts');
      await connection.end();
      return Object.fromEntries(rows.map((row) => [String(row['reason']), Number(row['rejects'])]));
    });
  }
}

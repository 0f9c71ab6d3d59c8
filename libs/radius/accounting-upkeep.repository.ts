import { createHash } from 'node:crypto';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import { DEFAULT_INTERIM_SECONDS } from './radius-user';

/** Reports may be this late, on top of three intervals, before a session is taken for dead. */
const MARGIN_SECONDS = 60;
/** A plan cannot ask for reports more often. */
const SHORTEST_INTERIM_SECONDS = 60;
/** Rows in one transaction: accounting of the same tenant waits no longer than that takes. */
const BATCH = 2_000;
/** A session that came back from the archive stays at least so long, for the report that brought it back to be stored. */
const RETURN_SECONDS = 86_400;
/** How many sessions one id of a router may have had, one after the other (trigger radacct_returns_insert). */
const KEYS_OF_AN_ID = 100;
const SECOND_MS = 1000;

/** The time that a session may be silent: of its user's interval, or of the usual one. */
const SILENCE = `(3 * GREATEST(COALESCE(u.interim_s, ${DEFAULT_INTERIM_SECONDS}), ${SHORTEST_INTERIM_SECONDS}) + ${MARGIN_SECONDS})`;

export interface Kept {
  /** Sessions that ended before the first of the month, so many months ago, are forgotten. */
  readonly sessionsMonths: number;
  readonly loginsDays: number;
}

/** What keeps radacct true and small. Each statement stands on an index and touches only the rows it is about. */
@Injectable()
export class AccountingUpkeep {
  constructor(private readonly db: TenantDatabase) {}

  /**
   * Ends sessions that were not heard of for three intervals, at the time when they were last heard of. It is our own
   * conclusion, marked as such: a later report of the session refutes it (freeradius/raddb/mods-config/sql/store.conf).
   */
  async closeMissed(now: Date): Promise<number> {
    const silentSince = new Date(now.getTime() - (3 * SHORTEST_INTERIM_SECONDS + MARGIN_SECONDS) * SECOND_MS);
    let closed = 0;
    for (;;) {
      const count = await this.db.transaction(async () => {
        // The UPDATE looks again: a report that has arrived meanwhile keeps its session open, a later one reopens it. It cannot
        // join raduser, because its trigger writes there.
        const rows = await this.db.query<{ radacctid: string; acctupdatetime: Date }[]>(
          `SELECT a.radacctid, a.acctupdatetime FROM radacct a FORCE INDEX (open_updated) LEFT JOIN raduser u ON u.username = a.username
           WHERE a.acctstoptime IS NULL AND a.acctupdatetime < ? AND a.acctupdatetime < ? - INTERVAL ${SILENCE} SECOND
           ORDER BY a.acctupdatetime LIMIT ?`,
          [silentSince, now, BATCH],
        );
        if (rows.length === 0) return 0;
        const ids = rows.map(({ radacctid }) => radacctid);
        const result = await this.db.query<{ affectedRows: number }>(
          `UPDATE radacct SET acctstoptime = GREATEST(acctstarttime, acctupdatetime), acctterminatecause = 'Missed-Interim'
           WHERE radacctid IN (?) AND acctstoptime IS NULL AND (radacctid, acctupdatetime) IN (?)`,
          [ids, rows.map(({ radacctid, acctupdatetime }) => [radacctid, acctupdatetime])],
        );
        closed += result.affectedRows;
        return rows.length;
      });
      if (count < BATCH) return closed;
    }
  }

  /** Since when the database has been answering. While it was away, reports waited elsewhere. */
  async databaseUpSeconds(): Promise<number> {
    const [row] = await this.db.query<{ seconds: string }[]>(
      "SELECT VARIABLE_VALUE AS seconds FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'",
    );
    return Number(row?.seconds ?? 0);
  }

  async kept(): Promise<Kept> {
    const [row] = await this.db.query<{ keep_sessions_months: number; keep_logins_days: number }[]>(
      'SELECT keep_sessions_months, keep_logins_days FROM settings',
    );
    return { sessionsMonths: row?.keep_sessions_months ?? 24, loginsDays: row?.keep_logins_days ?? 90 };
  }

  /** The end of the oldest session in radacct, undefined without any. */
  async oldestEnd(): Promise<Date | undefined> {
    const [row] = await this.db.query<{ ended: Date | null }[]>(
      'SELECT MIN(acctstoptime) AS ended FROM radacct WHERE acctstoptime IS NOT NULL',
    );
    return row?.ended ?? undefined;
  }

  /** Sessions that ended before an instant leave radacct. A row is in one of the two tables at any time. */
  async archiveBefore(end: Date, signal?: AbortSignal): Promise<number> {
    let moved = 0;
    while (signal?.aborted !== true) {
      const count = await this.db.transaction(async () => {
        const rows = await this.db.query<{ radacctid: string; acctuniqueid: string }[]>(
          'SELECT radacctid, acctuniqueid FROM radacct WHERE acctstoptime < ? ORDER BY acctstoptime LIMIT ? FOR UPDATE SKIP LOCKED',
          [end, BATCH],
        );
        // One that has just come back is about to go on. Asked when the rows are locked: what brought them back is seen.
        const returned = await this.db.query<{ acctuniqueid: string; used_again: number }[]>(
          `SELECT r.acctuniqueid, EXISTS (SELECT 1 FROM radacct a WHERE a.acctuniqueid = CONVERT(MD5(CONCAT(r.acctuniqueid, '+')) USING ascii) COLLATE ascii_bin) AS used_again
             FROM radacct_returns r WHERE r.returned_at > UTC_TIMESTAMP() - INTERVAL ? SECOND LOCK IN SHARE MODE`,
          [RETURN_SECONDS],
        );
        const staying = new Set(returned.flatMap(({ acctuniqueid, used_again: again }) => (again ? keysOf(acctuniqueid) : [acctuniqueid])));
        const ids = rows.filter(({ acctuniqueid }) => !staying.has(acctuniqueid)).map(({ radacctid }) => radacctid);
        if (ids.length === 0) return 0;
        await this.db.query('INSERT INTO radacct_archive SELECT * FROM radacct WHERE radacctid IN (?)', [ids]);
        await this.db.query('DELETE FROM radacct WHERE radacctid IN (?)', [ids]);
        moved += ids.length;
        return rows.length;
      });
      if (count < BATCH) break;
    }
    await this.db.query('DELETE FROM radacct_returns WHERE returned_at < UTC_TIMESTAMP() - INTERVAL ? SECOND', [RETURN_SECONDS]);
    return moved;
  }

  async forgetSessionsBefore(instant: Date): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const { affectedRows } = await this.db.query<{ affectedRows: number }>(
        'DELETE FROM radacct_archive WHERE acctstoptime < ? ORDER BY acctstoptime LIMIT ?',
        [instant, BATCH],
      );
      forgotten += affectedRows;
      if (affectedRows < BATCH) return forgotten;
    }
  }

  /** Attempts to log in before an instant are forgotten, some at a time. */
  async forgetLoginsBefore(instant: Date, most = 200_000): Promise<number> {
    let forgotten = 0;
    while (forgotten < most) {
      const { affectedRows } = await this.db.query<{ affectedRows: number }>(
        'DELETE FROM radpostauth WHERE authdate < ? ORDER BY authdate LIMIT ?',
        [instant, BATCH],
      );
      forgotten += affectedRows;
      if (affectedRows < BATCH) break;
    }
    return forgotten;
  }
}

/** Under which a session of that id may be stored, as the triggers of radacct make them. */
function keysOf(uniqueId: string): string[] {
  const keys = [uniqueId];
  while (keys.length < KEYS_OF_AN_ID)
    keys.push(
      createHash('md5')
        .update(`${keys.at(-1)}+`)
        .digest('hex'),
    );
  return keys;
}

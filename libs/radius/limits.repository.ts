import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import { liveParams, liveSql } from './liveness';

export interface DueUser {
  readonly username: string;
  readonly reason: 'quota-reached' | 'fair-use-reached' | 'expired' | 'suspended' | 'deleted';
}

export interface Outlook {
  /** Somebody with a quota or fair use is online: the next report may reach it. */
  readonly limits: boolean;
  /** When the next active user expires; undefined when nobody will. */
  readonly nextExpiry: Date | undefined;
}

const LIVE = liveSql('a');

/** Finds who reached the end of something. Each statement stands on an index and touches only those it is about. */
@Injectable()
export class LimitsReader {
  constructor(private readonly db: TenantDatabase) {}

  /** Noted by the trigger on raduser. Locked until the caller's transaction ends; what another process holds is skipped. */
  async takeDue(limit: number): Promise<DueUser[]> {
    const rows = await this.db.query<DueUser[]>('SELECT username, reason FROM coa_due ORDER BY noted_at LIMIT ? FOR UPDATE SKIP LOCKED', [
      limit,
    ]);
    if (rows.length > 0) await this.db.query('DELETE FROM coa_due WHERE username IN (?)', [rows.map(({ username }) => username)]);
    return rows;
  }

  /** Whose time ran out after `from`, up to and including `to`, and who is online. */
  async expiredBetween(from: Date, to: Date): Promise<string[]> {
    const rows = await this.db.query<{ username: string }[]>(
      `SELECT u.username FROM raduser u WHERE u.status = 'active' AND u.expires_at > ? AND u.expires_at <= ?
         AND EXISTS (SELECT 1 FROM radacct a WHERE a.username = u.username AND ${LIVE})`,
      [from, to, ...liveParams(to)],
    );
    return rows.map(({ username }) => username);
  }

  /**
   * Everybody who is online and may not be, whatever was missed: a login that was stored after the suspension, a router that said
   * yes and did nothing, a worker that was down. Of users who were deleted only those whose router was asked and did not answer are
   * known; others without a row are users of the stock tables. Goes over all open sessions, so it is for now and then. Sessions asked about since
   * `askedSince` are left out.
   */
  async overstayers(now: Date, askedSince: Date): Promise<DueUser[]> {
    return this.db.query<DueUser[]>(
      `SELECT DISTINCT u.username,
          CASE WHEN u.status <> 'active' THEN 'suspended' WHEN u.expires_at <= ? THEN 'expired' ELSE 'quota-reached' END AS reason
        FROM radacct a JOIN raduser u ON u.username = a.username
        WHERE ${LIVE} AND (u.status IN ('suspended', 'expired') OR u.expires_at <= ?
            OR (u.used_window = u.quota_window AND (u.used_until IS NULL OR u.used_until > ?)
              AND (u.used_bytes >= u.quota_bytes OR u.used_seconds >= u.time_quota_s)))
          AND NOT EXISTS (SELECT 1 FROM coa_attempts c WHERE c.radacctid = a.radacctid AND c.sent_at > ?)
       UNION ALL
       SELECT DISTINCT a.username, 'deleted' AS reason FROM radacct a
        WHERE ${LIVE} AND NOT EXISTS (SELECT 1 FROM raduser u WHERE u.username = a.username)
          AND EXISTS (SELECT 1 FROM coa_attempts c WHERE c.radacctid = a.radacctid AND c.reason = 'deleted')
          AND NOT EXISTS (SELECT 1 FROM coa_attempts c WHERE c.radacctid = a.radacctid AND c.sent_at > ?)`,
      [now, ...liveParams(now), now, now, askedSince, ...liveParams(now), askedSince],
    );
  }

  /** How many seconds of the user's login hours are left now; 0 outside them. The same reckoning as at login. */
  async hoursLeft(hours: string, now: Date): Promise<number> {
    const week = `MOD(TIMESTAMPDIFF(SECOND, '1970-01-05', ?) + COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= ? ORDER BY from_at DESC LIMIT 1), 0), 604800)`;
    const [row] = await this.db.query<{ left_s: string | null }[]>(
      `SELECT MAX(h.to_s - w.at_s) AS left_s FROM login_hours h JOIN (SELECT ${week} AS at_s) w WHERE h.hours = ? AND h.from_s <= w.at_s AND h.to_s > w.at_s`,
      [now, now, hours],
    );
    return Number(row?.left_s ?? 0);
  }

  async outlook(now: Date): Promise<Outlook> {
    const [row] = await this.db.query<{ limits: number; next_expiry: Date | null }[]>(
      `SELECT EXISTS (SELECT 1 FROM radacct a JOIN raduser u ON u.username = a.username
                       WHERE ${LIVE} AND (u.quota_bytes IS NOT NULL OR u.time_quota_s IS NOT NULL OR u.fup_bytes IS NOT NULL)) AS limits,
              (SELECT MIN(expires_at) FROM raduser WHERE status = 'active' AND expires_at > ?) AS next_expiry`,
      [...liveParams(now), now],
    );
    return { limits: Boolean(Number(row?.limits ?? 0)), nextExpiry: row?.next_expiry ?? undefined };
  }
}

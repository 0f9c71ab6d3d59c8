import { TenantDatabase } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { canonicalMac } from './radius-user';
import { LIVE_WINDOW_SECONDS } from './sessions.repository';

/** A device as its sessions show it. */
export interface SeenDevice {
  /** AA:BB:CC:DD:EE:FF. */
  readonly mac: string;
  readonly lastSeenAt: Date;
  /** Sessions that are open now, radacct.radacctid. */
  readonly sessionIds: readonly number[];
}

/** Looking back further says nothing about now. */
const SESSIONS_LOOKED_AT = 200;

@Injectable()
export class DevicesReader {
  constructor(
    private readonly db: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** Of the user's last sessions; the one seen last comes first. */
  async seenOf(username: string): Promise<SeenDevice[]> {
    const liveSince = new Date(this.clock.now().getTime() - LIVE_WINDOW_SECONDS * 1000);
    const rows = await this.db.query<{ mac: string; last_seen_at: Date; session_ids: string | null }[]>(
      `SELECT callingstationid AS mac, MAX(acctupdatetime) AS last_seen_at,
              GROUP_CONCAT(IF(acctstoptime IS NULL AND acctupdatetime > ?, radacctid, NULL)) AS session_ids
         FROM (SELECT callingstationid, acctupdatetime, acctstoptime, radacctid FROM radacct
                WHERE username = ? ORDER BY acctstarttime DESC LIMIT ?) AS recent
        GROUP BY callingstationid ORDER BY last_seen_at DESC`,
      [liveSince, username, SESSIONS_LOOKED_AT],
    );
    return rows.flatMap(({ mac, last_seen_at, session_ids }) => {
      const canonical = canonicalMac(mac);
      return canonical ? [{ mac: canonical, lastSeenAt: last_seen_at, sessionIds: (session_ids?.split(',') ?? []).map(Number) }] : [];
    });
  }
}

import { TenantDatabase } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { liveParams, liveSql } from './liveness';
import { canonicalMac } from './radius-user';

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
    const rows = await this.db.query<{ mac: string; last_seen_at: Date; session_ids: string | null }[]>(
      `SELECT callingstationid AS mac, MAX(acctupdatetime) AS last_seen_at, GROUP_CONCAT(live_id) AS session_ids
         FROM (SELECT callingstationid, acctupdatetime, IF(${liveSql('radacct')}, radacctid, NULL) AS live_id FROM radacct
                WHERE username = ? ORDER BY acctstarttime DESC LIMIT ?) AS recent
        GROUP BY callingstationid ORDER BY last_seen_at DESC`,
      [...liveParams(this.clock.now()), username, SESSIONS_LOOKED_AT],
    );
    return rows.flatMap(({ mac, last_seen_at, session_ids }) => {
      const canonical = canonicalMac(mac);
      return canonical ? [{ mac: canonical, lastSeenAt: last_seen_at, sessionIds: (session_ids?.split(',') ?? []).map(Number) }] : [];
    });
  }
}

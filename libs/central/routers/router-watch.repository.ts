import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';
import type { RouterTrouble } from '@jala/infra/tenancy';
import type { Signature } from '@jala/radius';

export interface WatchedRouter {
  readonly id: number;
  readonly address: string;
  readonly publishedAt: Date;
  readonly requireMessageAuthenticator: boolean;
}

export interface JudgedRouter {
  readonly id: number;
  readonly routerId: number;
  readonly signature: Signature | null;
}

/** The instants at which something about a router was seen. Not changes of the router, so `updated_at` stays. */
const SEEN = { wrongSecret: 'wrong_secret_at', unsignedRefused: 'unsigned_refused_at' } as const;
export type Seen = keyof typeof SEEN;

@Injectable()
export class RouterWatchRepository {
  constructor(private readonly db: CentralDatabase) {}

  /** Those that FreeRADIUS knows by their address. */
  async published(): Promise<WatchedRouter[]> {
    const rows = await this.db.query<(Omit<WatchedRouter, 'requireMessageAuthenticator'> & { requireMessageAuthenticator: number })[]>(
      `SELECT id, address, published_at AS publishedAt, require_message_authenticator AS requireMessageAuthenticator
         FROM router_registry WHERE connection = 'udp' AND enabled AND published_at IS NOT NULL ORDER BY id`,
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), requireMessageAuthenticator: Boolean(row.requireMessageAuthenticator) }));
  }

  async markSeen(ids: readonly number[], what: Seen, at: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.db.query(`UPDATE router_registry SET ${SEEN[what]} = ?, updated_at = updated_at WHERE id IN (?)`, [at, [...ids]]);
  }

  /** Over TLS there is nothing to sign. */
  async judged(tenantId: number): Promise<JudgedRouter[]> {
    const rows = await this.db.query<JudgedRouter[]>(
      "SELECT id, router_id AS routerId, signature FROM router_registry WHERE tenant_id = ? AND router_id IS NOT NULL AND connection = 'udp'",
      [tenantId],
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), routerId: Number(row.routerId) }));
  }

  async judge(id: number, signature: Signature | null): Promise<void> {
    await this.db.query('UPDATE router_registry SET signature = ?, updated_at = updated_at WHERE id = ?', [signature, id]);
  }

  async troubles(tenantId: number, ids: readonly number[]): Promise<Map<number, RouterTrouble>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<(RouterTrouble & { id: number })[]>(
      `SELECT id, wrong_secret_at AS wrongSecretAt, unsigned_refused_at AS unsignedRefusedAt
         FROM router_registry WHERE tenant_id = ? AND id IN (?)`,
      [tenantId, [...ids]],
    );
    return new Map(rows.map(({ id, ...trouble }) => [Number(id), trouble]));
  }
}

import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@jala/contracts';
import { CentralDatabase, containsPattern, sortColumn } from '@jala/infra/central-db';
import type { UnknownSource } from '@jala/radius';

/** A router that is registered, and perhaps the one that is meant. */
export interface KnownRouter {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly tenantId: number;
  readonly tenantName: string;
  readonly tenantSlug: string;
  /** False while its tenant is out of service. */
  readonly enabled: boolean;
}

const SORTS: Readonly<Record<string, string>> = {
  address: 's.address',
  packets: 's.auth_packets + s.acct_packets',
  first_seen_at: 's.first_seen_at',
  last_seen_at: 's.last_seen_at',
};

/** A source that has a router by now is none any more, unless it was heard of after RADIUS learned of that router. */
const STILL_UNKNOWN =
  'LEFT JOIN router_registry r ON r.address = s.address WHERE (r.published_at IS NULL OR s.last_seen_at > r.published_at + INTERVAL 30 SECOND)';

const ROUTER = `r.id, r.name, r.address, t.id AS tenantId, t.name AS tenantName, t.slug AS tenantSlug, r.enabled
  FROM router_registry r JOIN tenants t ON t.id = r.tenant_id`;

/** Networks of IPv6 are found by a pattern that may match others too. */
const MOST_NEIGHBOURS = 200;

@Injectable()
export class UnknownSourcesRepository {
  constructor(private readonly db: CentralDatabase) {}

  async add(sources: readonly UnknownSource[]): Promise<void> {
    await this.db.query(
      `INSERT INTO unknown_sources (address, auth_packets, acct_packets, first_seen_at, last_seen_at) VALUES ?
       ON DUPLICATE KEY UPDATE auth_packets = auth_packets + VALUES(auth_packets), acct_packets = acct_packets + VALUES(acct_packets),
         sightings = sightings + 1, last_seen_at = GREATEST(last_seen_at, VALUES(last_seen_at))`,
      [sources.map((source) => [source.address, source.authPackets, source.acctPackets, source.firstSeenAt, source.lastSeenAt])],
    );
  }

  async forgetBefore(instant: Date): Promise<void> {
    await this.db.query('DELETE FROM unknown_sources WHERE last_seen_at < ?', [instant]);
  }

  /** Those that came once go first: in a flood of forged addresses the one that keeps coming stays. */
  async keepAtMost(most: number): Promise<void> {
    const [row] = await this.db.query<{ total: number }[]>('SELECT COUNT(*) AS total FROM unknown_sources');
    const surplus = Number(row?.total ?? 0) - most;
    if (surplus > 0) await this.db.query('DELETE FROM unknown_sources ORDER BY sightings > 1, last_seen_at LIMIT ?', [surplus]);
  }

  async list(request: PageRequest): Promise<Page<UnknownSource>> {
    const from = `FROM unknown_sources s ${STILL_UNKNOWN} ${request.search ? 'AND s.address LIKE ?' : ''}`;
    const params = request.search ? [containsPattern(request.search)] : [];
    const direction = request.order === 'asc' && request.sort ? 'ASC' : 'DESC';
    const rows = await this.db.query<(Omit<UnknownSource, 'authPackets' | 'acctPackets'> & { authPackets: string; acctPackets: string })[]>(
      `SELECT s.address, s.auth_packets AS authPackets, s.acct_packets AS acctPackets, s.first_seen_at AS firstSeenAt, s.last_seen_at AS lastSeenAt
         ${from} ORDER BY ${sortColumn(SORTS, request.sort) ?? 's.last_seen_at'} ${direction}, s.address LIMIT ? OFFSET ?`,
      [...params, request.perPage, (request.page - 1) * request.perPage],
    );
    const [count] = await this.db.query<{ total: number }[]>(`SELECT COUNT(*) AS total ${from}`, params);
    return {
      total: Number(count?.total ?? 0),
      rows: rows.map((row) => ({ ...row, authPackets: Number(row.authPackets), acctPackets: Number(row.acctPackets) })),
    };
  }

  async routersAt(addresses: readonly string[]): Promise<KnownRouter[]> {
    return addresses.length === 0 ? [] : this.routers('r.address IN (?)', [[...addresses]]);
  }

  async routersLike(pattern: string): Promise<KnownRouter[]> {
    return this.routers('r.address LIKE ?', [pattern]);
  }

  private async routers(where: string, params: unknown[]): Promise<KnownRouter[]> {
    const rows = await this.db.query<(Omit<KnownRouter, 'enabled'> & { enabled: number | boolean })[]>(
      `SELECT ${ROUTER} WHERE r.router_id IS NOT NULL AND ${where} ORDER BY r.address LIMIT ${MOST_NEIGHBOURS}`,
      params,
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), tenantId: Number(row.tenantId), enabled: Boolean(row.enabled) }));
  }
}

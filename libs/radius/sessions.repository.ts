import type { Page } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { ArchivedSessions } from './archived-sessions.repository';
import { isLive, isSurelyLive, liveParams, liveSql, oldestLive } from './liveness';
import { userKey } from './radius-user';
import { addKind, addSearch, Conditions, type CountedRows, pageOver, searchOf, type SessionFilter } from './session-filter';
import { type Session, SESSION_COLUMNS, type SessionRow, toSession } from './session-row';

/** Counting on would cost more with every session that ever was; nobody turns to page 400. */
export const MAX_COUNTED_SESSIONS = 10_000;

/** Everybody on a router, or everybody in a group such as `plan_7`. */
export type SessionScope = { readonly routerId: number } | { readonly group: string };

export interface RouterActivity {
  readonly online: number;
  readonly lastSeenAt: Date | null;
}

const ONLINE = liveSql('radacct');

export interface Presence {
  readonly online: boolean;
  readonly lastAcceptedAt: Date | undefined;
}

/** Reads sessions. Every query has an index to stand on, whatever the age of the tenant. */
@Injectable()
export class SessionsReader {
  constructor(
    private readonly db: TenantDatabase,
    private readonly archive: ArchivedSessions,
    private readonly clock: Clock,
  ) {}

  /** Newest first, those of closed months last. `total` stops at MAX_COUNTED_SESSIONS. */
  async list(filter: SessionFilter): Promise<Page<Session>> {
    const sources = [this.present(this.conditions(filter), orderOf(filter), tableFor(filter))];
    if (filter.state === 'ended') sources.push(this.archive.ended(filter));
    const page = await pageOver(sources, filter, MAX_COUNTED_SESSIONS);
    return { rows: page.rows.map(toSession), total: page.total };
  }

  /** One user's sessions, open ones first, then the last that ended; none that ended before `since`. */
  async forUser(
    username: string,
    page: { readonly page: number; readonly perPage: number },
    since: Date = new Date(0),
  ): Promise<Page<Session>> {
    const present = this.present(
      new Conditions().add('username = ?', username).add('(acctstoptime IS NULL OR acctstoptime >= ?)', since),
      'acctstoptime IS NULL DESC, acctstoptime DESC, radacctid DESC',
    );
    const archived = this.archive.ended({ usernames: [username], since });
    const { rows, total } = await pageOver([present, archived], page, MAX_COUNTED_SESSIONS);
    return { rows: rows.map(toSession), total };
  }

  /** What a CoA-Request has to name. */
  async onlineOf(username: string): Promise<Session[]> {
    const rows = await this.db.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM radacct WHERE username = ? AND ${ONLINE} ORDER BY radacctid`,
      [username, ...this.liveAt()],
    );
    return rows.map(toSession);
  }

  /**
   * What a Disconnect-Request has to name: also those that have been silent for long, because the user's interval may be gone with
   * the user, and asking for one that is over does no harm.
   */
  async openOf(username: string): Promise<Session[]> {
    const rows = await this.db.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM radacct WHERE username = ? AND acctstoptime IS NULL ORDER BY radacctid`,
      [username],
    );
    return rows.map(toSession);
  }

  /** Open, ended or archived. */
  async find(id: number): Promise<Session | undefined> {
    const of = (table: string): string => `SELECT ${SESSION_COLUMNS} FROM ${table} WHERE radacctid = ?`;
    const [row] = await this.db.query<SessionRow[]>(`${of('radacct')} UNION ALL ${of('radacct_archive')} LIMIT 1`, [id, id]);
    return row && toSession(row);
  }

  /** Sessions that are open now, of a router or of the members of a group, in the order of their ids. */
  async onlineIn(
    scope: SessionScope,
    range: { readonly after: number; readonly upTo: number; readonly limit: number },
  ): Promise<Session[]> {
    const { from, params } = scopeOf(scope);
    const rows = await this.db.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM ${from} AND ${ONLINE} AND radacctid > ? AND radacctid <= ? ORDER BY radacctid LIMIT ?`,
      [...params, ...this.liveAt(), range.after, range.upTo, range.limit],
    );
    return rows.map(toSession);
  }

  /** How many those are, and the last id among them. */
  async countOnlineIn(scope: SessionScope): Promise<{ sessions: number; lastId: number }> {
    const { from, params } = scopeOf(scope);
    const [row] = await this.db.query<{ sessions: string; last_id: string | null }[]>(
      `SELECT COUNT(*) AS sessions, MAX(radacctid) AS last_id FROM ${from} AND ${ONLINE}`,
      [...params, ...this.liveAt()],
    );
    return { sessions: Number(row?.sessions ?? 0), lastId: Number(row?.last_id ?? 0) };
  }

  async countOnline(): Promise<number> {
    const [row] = await this.db.query<{ online: string }[]>(`SELECT COUNT(*) AS online FROM radacct WHERE ${ONLINE}`, this.liveAt());
    return Number(row?.online ?? 0);
  }

  /**
   * Who of these is online, and when each was last accepted, in one statement: whether a session is live is seen here, because asking
   * for the user's interval in the statement cost a quarter of it. Keyed by userKey; a user of whom nothing is known is absent.
   */
  async presenceOf(usernames: readonly string[]): Promise<Map<string, Presence>> {
    if (usernames.length === 0) return new Map();
    const now = this.clock.now();
    const rows = await this.db.query<{ username: string; heard_at: Date | null; at: Date | null }[]>(
      `SELECT username, acctupdatetime AS heard_at, NULL AS at FROM radacct
       WHERE username IN (${marks(usernames)}) AND acctstoptime IS NULL AND acctupdatetime > ?
       UNION ALL
       SELECT username, NULL, MAX(authdate) FROM radpostauth
       WHERE username IN (${marks(usernames)}) AND reply = 'Access-Accept' GROUP BY username`,
      [...usernames, oldestLive(now), ...usernames],
    );
    const online = await this.liveAmong(
      rows.flatMap(({ username, heard_at }) => (heard_at ? [{ user: userKey(username), heardAt: heard_at }] : [])),
      now,
    );
    const presence = new Map<string, Presence>([...online].map((user) => [user, { online: true, lastAcceptedAt: undefined }]));
    for (const { username, at } of rows) {
      if (at) presence.set(userKey(username), { online: online.has(userKey(username)), lastAcceptedAt: at });
    }
    return presence;
  }

  /** Whose sessions these are, of those that are live. Users of a longer interval than the usual one are looked up, the few who may be. */
  private async liveAmong(open: readonly { user: string; heardAt: Date }[], now: Date): Promise<Set<string>> {
    const live = new Set(open.filter(({ heardAt }) => isSurelyLive(heardAt, now)).map(({ user }) => user));
    const doubtful = open.filter(({ user }) => !live.has(user));
    if (doubtful.length === 0) return live;
    const rows = await this.db.query<{ username: string; interim_s: number }[]>(
      `SELECT username, interim_s FROM raduser WHERE username IN (${marks(doubtful)})`,
      doubtful.map(({ user }) => user),
    );
    const intervals = new Map(rows.map((row) => [userKey(row.username), Number(row.interim_s)]));
    for (const { user, heardAt } of doubtful) if (isLive(heardAt, intervals.get(user) ?? 0, now)) live.add(user);
    return live;
  }

  /** For each of these routers: how many sessions it carries, and when a packet of it was last stored. */
  async routerActivity(routerIds: readonly number[]): Promise<Map<number, RouterActivity>> {
    if (routerIds.length === 0) return new Map();
    const rows = await this.db.query<{ router_id: string; online: string | null; last_seen_at: Date | null }[]>(
      `SELECT router_id, SUM(online) AS online, MAX(last_seen_at) AS last_seen_at FROM (
         SELECT router_id, SUM(${ONLINE}) AS online, MAX(acctupdatetime) AS last_seen_at
           FROM radacct WHERE router_id IN (${marks(routerIds)}) AND acctstoptime IS NULL GROUP BY router_id
         UNION ALL
         SELECT router_id, 0, MAX(acctstoptime) FROM radacct WHERE router_id IN (${marks(routerIds)}) GROUP BY router_id
         UNION ALL
         SELECT router_id, 0, MAX(authdate) FROM radpostauth WHERE router_id IN (${marks(routerIds)}) GROUP BY router_id
       ) AS seen GROUP BY router_id`,
      [...this.liveAt(), ...routerIds, ...routerIds, ...routerIds],
    );
    return new Map(rows.map((row) => [Number(row.router_id), { online: Number(row.online ?? 0), lastSeenAt: row.last_seen_at }]));
  }

  /**
   * Bytes in both directions since an instant. A session that was open before it counts with the share of its time that lies after
   * it: routers report totals, not when they arose.
   */
  async trafficSince(since: Date): Promise<{ inputBytes: number; outputBytes: number }> {
    const share = `LEAST(1, GREATEST(0, TIMESTAMPDIFF(SECOND, ?, COALESCE(acctstoptime, acctupdatetime)) / GREATEST(acctsessiontime, 1)))`;
    const sums = `SELECT ROUND(SUM(acctinputoctets * ${share})) AS input_bytes, ROUND(SUM(acctoutputoctets * ${share})) AS output_bytes FROM radacct`;
    const rows = await this.db.query<{ input_bytes: string | null; output_bytes: string | null }[]>(
      `${sums} WHERE acctstoptime IS NULL AND acctupdatetime >= ? UNION ALL ${sums} WHERE acctstoptime >= ?`,
      [since, since, since, since, since, since],
    );
    const total = (of: 'input_bytes' | 'output_bytes') => rows.reduce((sum, row) => sum + Number(row[of] ?? 0), 0);
    return { inputBytes: total('input_bytes'), outputBytes: total('output_bytes') };
  }

  private present({ sql, params }: Conditions, order: string, table = 'radacct'): CountedRows<SessionRow> {
    return {
      count: async (most) => {
        const [row] = await this.db.query<{ total: string }[]>(
          `SELECT COUNT(*) AS total FROM (SELECT 1 FROM ${table} WHERE ${sql} LIMIT ?) AS some`,
          [...params, most],
        );
        return Number(row?.total ?? 0);
      },
      rows: (limit, offset) =>
        this.db.query<SessionRow[]>(`SELECT ${SESSION_COLUMNS} FROM ${table} WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, [
          ...params,
          limit,
          offset,
        ]),
    };
  }

  private conditions(filter: SessionFilter): Conditions {
    const conditions = new Conditions();
    if (filter.state === 'online') conditions.add(ONLINE, ...this.liveAt());
    else conditions.add('acctstoptime IS NOT NULL');
    if (filter.routerId !== undefined) conditions.add('router_id = ?', filter.routerId);
    addKind(conditions, filter);
    addSearch(conditions, searchOf(filter.search));
    return conditions;
  }

  private liveAt(): Date[] {
    return liveParams(this.clock.now());
  }
}

/**
 * Who is online is found among the open sessions. Left to itself, MariaDB looks among everything that ever was under such a name or
 * address (2.6 times as long with 500,000 sessions: `npm run bench -- radius`).
 */
function tableFor({ state, search, routerId }: SessionFilter): string {
  return state === 'online' && search && routerId === undefined ? 'radacct FORCE INDEX (open_updated)' : 'radacct';
}

/** Ended ones in the order of the index that finds them (open_updated, or router_open), so that a page never sorts the whole history. */
function orderOf({ state, routerId, fastest }: SessionFilter): string {
  if (state === 'ended')
    return routerId === undefined ? 'acctstoptime DESC, acctupdatetime DESC, radacctid DESC' : 'acctstoptime DESC, radacctid DESC';
  return fastest ? 'COALESCE(input_bps, 0) + COALESCE(output_bps, 0) DESC, radacctid DESC' : 'acctstarttime DESC, radacctid DESC';
}

function scopeOf(scope: SessionScope): { from: string; params: unknown[] } {
  if ('routerId' in scope) return { from: 'radacct WHERE router_id = ?', params: [scope.routerId] };
  return { from: 'radacct WHERE username IN (SELECT username FROM radusergroup WHERE groupname = ?)', params: [scope.group] };
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

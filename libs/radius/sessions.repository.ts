import type { Page, ServiceType } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { Injectable } from '@nestjs/common';
import { liveParams, liveSql } from './liveness';
import { canonicalMac, userKey } from './radius-user';

/** Counting on would cost more with every session that ever was; nobody turns to page 400. */
export const MAX_COUNTED_SESSIONS = 10_000;

export interface Session {
  readonly id: number;
  /** As the router sends it; case may differ from the customer's. */
  readonly username: string;
  /** routers.id; 0 when the router was not known by one. */
  readonly routerId: number;
  readonly nasIp: string;
  /** Acct-Session-Id: what the router calls the session. */
  readonly acctSessionId: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | null;
  readonly seconds: number;
  /** Upload, as the router receives it. */
  readonly inputBytes: number;
  /** Download. */
  readonly outputBytes: number;
  readonly framedIp: string;
  readonly mac: string;
  readonly serviceType: ServiceType | null;
  readonly terminateCause: string;
  /** Upload in bits per second between the last two reports; null before the second. */
  readonly inputBps: number | null;
  /** Download. */
  readonly outputBps: number | null;
}

export interface SessionFilter {
  readonly state: 'online' | 'ended';
  readonly routerId?: number;
  readonly serviceType?: ServiceType;
  /** Users of this group, for example `plan_7`. */
  readonly group?: string;
  /** Online only: the fastest first instead of the newest. */
  readonly fastest?: boolean;
  /** Exactly these users. */
  readonly usernames?: readonly string[];
  /** Start of a user name, a whole IP address or a whole MAC address. */
  readonly search?: string;
  readonly page: number;
  readonly perPage: number;
}

/** Everybody on a router, or everybody in a group such as `plan_7`. */
export type SessionScope = { readonly routerId: number } | { readonly group: string };

export interface RouterActivity {
  readonly online: number;
  readonly lastSeenAt: Date | null;
}

export interface SessionRow {
  id: string;
  username: string;
  router_id: string;
  nasipaddress: string;
  acctsessionid: string;
  started_at: Date;
  updated_at: Date;
  acctstoptime: Date | null;
  seconds: number | null;
  input_bytes: string | null;
  output_bytes: string | null;
  framedipaddress: string;
  callingstationid: string;
  acctterminatecause: string;
  service_type: ServiceType | null;
  input_bps: string | null;
  output_bps: string | null;
}

// RouterOS numbers hotspot sessions from 80…, PPP sessions from 81….
const SERVICE_TYPE = `CASE WHEN framedprotocol = 'PPP' OR acctsessionid LIKE '81%' THEN 'pppoe' WHEN acctsessionid LIKE '80%' THEN 'hotspot' END`;

/** Bits per second between the last two reports; NULL before the second. */
export const rateSql = (counter: string, previous: string): string =>
  `IF(acctinterval > 0 AND ${previous} IS NOT NULL, GREATEST(${counter} - ${previous}, 0) * 8 / acctinterval, NULL)`;

export const SESSION_COLUMNS = `radacctid AS id, username, router_id, nasipaddress, acctsessionid, COALESCE(acctstarttime, acctupdatetime) AS started_at,
  COALESCE(acctupdatetime, acctstarttime) AS updated_at, acctstoptime, acctsessiontime AS seconds, acctinputoctets AS input_bytes,
  acctoutputoctets AS output_bytes, framedipaddress, callingstationid, acctterminatecause,
  ${rateSql('acctinputoctets', 'previous_input')} AS input_bps, ${rateSql('acctoutputoctets', 'previous_output')} AS output_bps, ${SERVICE_TYPE} AS service_type`;

const ONLINE = liveSql('radacct');

/** Reads radacct. Every query has an index to stand on, whatever the age of the tenant. */
export interface Presence {
  readonly online: boolean;
  readonly lastAcceptedAt: Date | undefined;
}

@Injectable()
export class SessionsReader {
  constructor(
    private readonly db: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** Newest first. `total` stops at MAX_COUNTED_SESSIONS. */
  async list(filter: SessionFilter): Promise<Page<Session>> {
    const { where, params } = this.conditions(filter);
    const order = orderOf(filter);
    const offset = Math.min((filter.page - 1) * filter.perPage, MAX_COUNTED_SESSIONS);
    const [rows, [count]] = [
      await this.db.query<SessionRow[]>(`SELECT ${SESSION_COLUMNS} FROM radacct WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`, [
        ...params,
        filter.perPage,
        offset,
      ]),
      await this.db.query<{ total: string }[]>(`SELECT COUNT(*) AS total FROM (SELECT 1 FROM radacct WHERE ${where} LIMIT ?) AS some`, [
        ...params,
        MAX_COUNTED_SESSIONS,
      ]),
    ];
    return { rows: rows.map(toSession), total: Number(count?.total ?? 0) };
  }

  /** One user's sessions, open ones first, then the last that ended. */
  async forUser(username: string, page: { readonly page: number; readonly perPage: number }): Promise<Page<Session>> {
    const rows = await this.db.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM radacct WHERE username = ? ORDER BY acctstoptime IS NULL DESC, acctstoptime DESC, radacctid DESC LIMIT ? OFFSET ?`,
      [username, page.perPage, Math.min((page.page - 1) * page.perPage, MAX_COUNTED_SESSIONS)],
    );
    const [count] = await this.db.query<{ total: string }[]>(
      'SELECT COUNT(*) AS total FROM (SELECT 1 FROM radacct WHERE username = ? LIMIT ?) AS some',
      [username, MAX_COUNTED_SESSIONS],
    );
    return { rows: rows.map(toSession), total: Number(count?.total ?? 0) };
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

  /** Open or ended. */
  async find(id: number): Promise<Session | undefined> {
    const [row] = await this.db.query<SessionRow[]>(`SELECT ${SESSION_COLUMNS} FROM radacct WHERE radacctid = ?`, [id]);
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
   * Who of these is online, and when each was last accepted, in one statement. Keyed by userKey; a user of whom nothing is
   * known is absent.
   */
  async presenceOf(usernames: readonly string[]): Promise<Map<string, Presence>> {
    if (usernames.length === 0) return new Map();
    const rows = await this.db.query<{ username: string; online: number; at: Date | null }[]>(
      `SELECT username, 1 AS online, NULL AS at FROM radacct WHERE username IN (${marks(usernames)}) AND ${ONLINE}
       UNION ALL
       SELECT username, 0, MAX(authdate) FROM radpostauth
       WHERE username IN (${marks(usernames)}) AND reply = 'Access-Accept' GROUP BY username`,
      [...usernames, ...this.liveAt(), ...usernames],
    );
    const presence = new Map<string, Presence>();
    for (const { username, online, at } of rows) {
      const known = presence.get(userKey(username));
      presence.set(userKey(username), {
        online: known?.online === true || Number(online) === 1,
        lastAcceptedAt: at ?? known?.lastAcceptedAt,
      });
    }
    return presence;
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

  private conditions(filter: SessionFilter): { where: string; params: unknown[] } {
    const parts: string[] = [];
    const params: unknown[] = [];
    const add = (sql: string, ...values: unknown[]): void => {
      parts.push(sql);
      params.push(...values);
    };
    if (filter.state === 'online') add(ONLINE, ...this.liveAt());
    else add('acctstoptime IS NOT NULL');
    if (filter.routerId !== undefined) add('router_id = ?', filter.routerId);
    if (filter.serviceType !== undefined) add(`${SERVICE_TYPE} = ?`, filter.serviceType);
    if (filter.group !== undefined) add('username IN (SELECT username FROM radusergroup WHERE groupname = ?)', filter.group);
    if (filter.usernames !== undefined)
      add(filter.usernames.length > 0 ? `username IN (${marks(filter.usernames)})` : 'FALSE', ...filter.usernames);
    if (filter.search) {
      const text = filter.search.trim();
      const mac = canonicalMac(text);
      if (mac) add('callingstationid = ?', mac);
      else if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) add('framedipaddress = ?', text);
      else add('username LIKE ?', `${text.replace(/[\\%_]/g, '\\$&')}%`);
    }
    return { where: parts.join(' AND '), params };
  }

  private liveAt(): Date[] {
    return liveParams(this.clock.now());
  }
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

/** A counter beyond 2^53 bytes (9 PB in one session) is not a measurement; it is shown as the largest exact number. */
const bytes = (value: string | null): number => Math.min(Number(value ?? 0), Number.MAX_SAFE_INTEGER);

const rate = (value: string | null): number | null => (value === null ? null : Math.round(Number(value)));

export function toSession(row: SessionRow): Session {
  return {
    id: Number(row.id),
    username: row.username,
    routerId: Number(row.router_id),
    nasIp: row.nasipaddress,
    acctSessionId: row.acctsessionid,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    endedAt: row.acctstoptime,
    seconds: row.seconds ?? 0,
    inputBytes: bytes(row.input_bytes),
    outputBytes: bytes(row.output_bytes),
    framedIp: row.framedipaddress,
    mac: row.callingstationid,
    serviceType: row.service_type,
    terminateCause: row.acctterminatecause,
    inputBps: rate(row.input_bps),
    outputBps: rate(row.output_bps),
  };
}

import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import { type Login, LOGIN_COLUMNS, type LoginRow, toLogin } from './logins.repository';
import { canonicalMac } from './radius-user';
import { type Session, SESSION_COLUMNS, type SessionRow, toSession } from './session-row';

/** Whose history: a user's, wherever it happened, or a router's, whoever it was. */
export type HistoryOf = { readonly username: string } | { readonly routerId: number };

/** Older than `at`, and of those at exactly `at` the ones with a smaller id. */
export interface HistoryBefore {
  readonly at: Date;
  readonly id: number;
}

export interface HistoryPage {
  readonly before: HistoryBefore;
  readonly limit: number;
  /** Nothing older than this. */
  readonly since?: Date;
}

export interface LoginSearch extends HistoryPage {
  readonly accepted: boolean;
  /** Start of a user name or a whole MAC address. */
  readonly search?: string;
}

export interface EndedIn {
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
  readonly routerId?: number;
}

type Reply = 'Access-Accept' | 'Access-Reject';
const replyOf = (accepted: boolean): Reply => (accepted ? 'Access-Accept' : 'Access-Reject');

/**
 * Newest first, page by page with the instant as key: page 400 costs what page 1 costs. Each statement reads one index in
 * its order; which one is checked in history.db-spec.ts.
 */
@Injectable()
export class HistoryReader {
  constructor(private readonly db: TenantDatabase) {}

  async logins(of: HistoryOf, accepted: boolean, page: HistoryPage): Promise<Login[]> {
    const { column, value } = keyOf(of);
    const { sql, params } = window('authdate', 'id', page);
    const rows = await this.db.query<LoginRow[]>(
      `SELECT ${LOGIN_COLUMNS} FROM radpostauth WHERE ${column} = ? AND reply = ? AND ${sql} ORDER BY authdate DESC, id DESC LIMIT ?`,
      [value, replyOf(accepted), ...params, page.limit],
    );
    return rows.map(toLogin);
  }

  /** Over all users, also those nobody knows. */
  async allLogins({ accepted, search, ...page }: LoginSearch): Promise<Login[]> {
    const { sql, params } = window('authdate', 'id', page);
    const text = search?.trim();
    const mac = text ? canonicalMac(text) : undefined;
    const wanted = mac ? 'AND callingstationid = ?' : text ? 'AND username LIKE ?' : '';
    const rows = await this.db.query<LoginRow[]>(
      `SELECT ${LOGIN_COLUMNS} FROM radpostauth WHERE reply = ? AND ${sql} ${wanted} ORDER BY authdate DESC, id DESC LIMIT ?`,
      [replyOf(accepted), ...params, ...(text ? [mac ?? `${text.replace(/[\\%_]/g, '\\$&')}%`] : []), page.limit],
    );
    return rows.map(toLogin);
  }

  /** By when they began. */
  async started(of: HistoryOf, page: HistoryPage): Promise<Session[]> {
    return this.sessions(of, 'acctstarttime', page);
  }

  /** By when they ended; open ones are left out. */
  async ended(of: HistoryOf, page: HistoryPage): Promise<Session[]> {
    return this.sessions(of, 'acctstoptime', page);
  }

  /**
   * Of all users, newest end first; `last` is the one before the page. First radacct to its end, then the archive, which holds
   * what is older: each in the order of its own index.
   */
  async endedIn({ since, until, routerId }: EndedIn, archived: boolean, last: Session | undefined, limit: number): Promise<Session[]> {
    const at = last?.endedAt;
    const source = archived ? 'radacct_archive FORCE INDEX (ended)' : 'radacct FORCE INDEX (open_updated)';
    const order = archived ? ['acctstoptime', 'radacctid'] : ['acctstoptime', 'acctupdatetime', 'radacctid'];
    const behind = archived
      ? { sql: 'acctstoptime <= ? AND (acctstoptime < ? OR radacctid < ?)', params: [at, at, last?.id] }
      : {
          sql: 'acctstoptime <= ? AND (acctstoptime < ? OR acctupdatetime < ? OR (acctupdatetime = ? AND radacctid < ?))',
          params: [at, at, last?.updatedAt, last?.updatedAt, last?.id],
        };
    const rows = await this.db.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM ${source} WHERE acctstoptime >= ? AND ${at ? behind.sql : 'acctstoptime < ?'}
       ${routerId === undefined ? '' : 'AND router_id = ?'} ORDER BY ${order.map((column) => `${column} DESC`).join(', ')} LIMIT ?`,
      [since, ...(at ? behind.params : [until]), ...(routerId === undefined ? [] : [routerId]), limit],
    );
    return rows.map(toSession);
  }

  /** How often this user was refused since an instant, counted up to `most`. */
  async rejections(username: string, since: Date, most: number): Promise<number> {
    const [row] = await this.db.query<{ times: string }[]>(
      `SELECT COUNT(*) AS times FROM (
         SELECT 1 FROM radpostauth WHERE username = ? AND reply = 'Access-Reject' AND authdate >= ? LIMIT ?) AS some`,
      [username, since, most],
    );
    return Number(row?.times ?? 0);
  }

  private async sessions(of: HistoryOf, instant: 'acctstarttime' | 'acctstoptime', page: HistoryPage): Promise<Session[]> {
    const { column, value } = keyOf(of);
    const { sql, params } = window(instant, 'radacctid', page);
    const rows = await this.ofBoth(`${column} = ? AND ${sql}`, `${instant} DESC, radacctid DESC`, [value, ...params, page.limit]);
    return rows.map(toSession);
  }

  /** Sessions of closed months have left radacct. Each table gives a page from its own index; only those two pages are sorted. */
  private ofBoth(where: string, order: string, params: readonly unknown[]): Promise<SessionRow[]> {
    const page = (table: string): string =>
      `(SELECT ${SESSION_COLUMNS}, acctstarttime, acctupdatetime, radacctid FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ?)`;
    return this.db.query<SessionRow[]>(`${page('radacct')} UNION ALL ${page('radacct_archive')} ORDER BY ${order} LIMIT ?`, [
      ...params,
      ...params,
      params.at(-1),
    ]);
  }
}

const keyOf = (of: HistoryOf): { column: string; value: string | number } =>
  'username' in of ? { column: 'username', value: of.username } : { column: 'router_id', value: of.routerId };

/** A range of the index, without OR: the rows of the very same instant are filtered. */
function window(instant: string, id: string, { before, since }: HistoryPage): { sql: string; params: unknown[] } {
  return {
    sql: `${instant} <= ? AND NOT (${instant} = ? AND ${id} >= ?)${since ? ` AND ${instant} >= ?` : ''}`,
    params: [before.at, before.at, before.id, ...(since ? [since] : [])],
  };
}

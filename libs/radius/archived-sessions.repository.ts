import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import { addKind, addSearch, addUsernames, Conditions, type CountedRows, searchOf, type SessionFilter } from './session-filter';
import { SESSION_COLUMNS, type SessionRow } from './session-row';

/** A search that fits more users than this looks through the newest sessions instead of through all of theirs. */
const MOST_USERS = 50;
/** How many of the newest archived sessions are looked through for what no index knows: a service type, a plan. */
export const ARCHIVE_SCANNED = 20_000;

const ORDER = 'acctstoptime DESC, radacctid DESC';
const KEYS = 'radacctid, acctstoptime, username, framedprotocol, acctsessionid';

type ArchiveFilter = Pick<SessionFilter, 'routerId' | 'serviceType' | 'group' | 'search'> & {
  /** Exactly these users. */
  readonly usernames?: readonly string[];
  /** None that ended before. */
  readonly since?: Date;
};

interface Source {
  readonly index: string;
  /** Walks the index. */
  readonly found: Conditions;
  /** Is checked row by row. */
  readonly kept: Conditions;
  readonly isBounded: boolean;
}

/** Sessions of closed months. It holds years, so that each statement names the index it stands on. */
@Injectable()
export class ArchivedSessions {
  constructor(private readonly db: TenantDatabase) {}

  /** The last that ended first. */
  ended(filter: ArchiveFilter): CountedRows<SessionRow> {
    let known: Promise<Source> | undefined;
    // Asked for only when the present sessions do not fill the page.
    const source = (): Promise<Source> => (known ??= this.sourceOf(filter));
    return {
      count: async (most) => {
        const { sql, params } = chosen(await source());
        const [row] = await this.db.query<{ total: string }[]>(`SELECT COUNT(*) AS total FROM (SELECT 1 FROM ${sql} LIMIT ?) AS some`, [
          ...params,
          most,
        ]);
        return Number(row?.total ?? 0);
      },
      rows: async (limit, offset) => {
        const { sql, params } = chosen(await source());
        // First which ones, from the index alone; then the whole rows of one page.
        return this.db.query<SessionRow[]>(
          `SELECT ${SESSION_COLUMNS} FROM radacct_archive
             JOIN (SELECT radacctid AS page_id, acctstoptime AS page_end FROM ${sql} ORDER BY ${ORDER} LIMIT ? OFFSET ?) AS page
               ON page_id = radacctid AND page_end = acctstoptime ORDER BY ${ORDER}`,
          [...params, limit, offset],
        );
      },
    };
  }

  private async sourceOf({ routerId, usernames, since, search, ...kind }: ArchiveFilter): Promise<Source> {
    const [found, kept] = [new Conditions(), new Conditions()];
    addKind(kept, kind);
    const wanted = searchOf(search);
    const users = usernames ?? (wanted && 'prefix' in wanted ? await this.usersLike(wanted.prefix) : undefined);
    let index = routerId === undefined ? 'ended' : 'router_ended';
    let isBounded = kind.serviceType === undefined && kind.group === undefined;
    if (users !== undefined) {
      index = 'user_ended';
      addUsernames(found, users);
      isBounded = true;
    } else if (wanted && !('prefix' in wanted)) {
      index = 'mac' in wanted ? 'device_ended' : 'framedipaddress';
      addSearch(found, wanted);
      isBounded = true;
    } else if (wanted) {
      addSearch(kept, wanted);
      isBounded = false;
    }
    if (routerId !== undefined) found.add('router_id = ?', routerId);
    if (since !== undefined) found.add('acctstoptime >= ?', since);
    return { index, found, kept, isBounded };
  }

  /** Undefined: too many. */
  private async usersLike(prefix: string): Promise<string[] | undefined> {
    const rows = await this.db.query<{ username: string }[]>(
      'SELECT DISTINCT username FROM radacct_archive FORCE INDEX (user_ended) WHERE username LIKE ? LIMIT ?',
      [prefix, MOST_USERS + 1],
    );
    return rows.length > MOST_USERS ? undefined : rows.map(({ username }) => username);
  }
}

function chosen({ index, found, kept, isBounded }: Source): { sql: string; params: unknown[] } {
  const from = `radacct_archive FORCE INDEX (${index}) WHERE ${found.sql}`;
  const params = [...found.params, ...kept.params];
  if (isBounded) return { sql: `${from} AND ${kept.sql}`, params };
  return { sql: `(SELECT ${KEYS} FROM ${from} ORDER BY ${ORDER} LIMIT ${ARCHIVE_SCANNED}) AS newest WHERE ${kept.sql}`, params };
}

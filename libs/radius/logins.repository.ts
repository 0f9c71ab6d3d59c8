import type { Page } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';

const MAX_COUNTED_LOGINS = 10_000;

export interface Login {
  readonly id: number;
  readonly at: Date;
  readonly username: string;
  readonly accepted: boolean;
  /** Why not, in words the support desk can repeat; empty when accepted. */
  readonly reason: string;
  readonly routerId: number;
  readonly nasIp: string;
  readonly mac: string;
  readonly service: string;
}

export interface LoginRow {
  id: string;
  authdate: Date;
  username: string;
  reply: string;
  reason: string;
  router_id: string;
  nasipaddress: string;
  callingstationid: string;
  calledstationid: string;
}

export const LOGIN_COLUMNS = 'id, authdate, username, reply, reason, router_id, nasipaddress, callingstationid, calledstationid';

/** Reads radpostauth: who tried to log in, when, and why it was refused. A login appears within about two seconds. */
@Injectable()
export class LoginsReader {
  constructor(private readonly db: TenantDatabase) {}

  /** Newest first, nothing older than `since`. `total` stops at 10,000. */
  async forUser(
    username: string,
    page: { readonly page: number; readonly perPage: number },
    since: Date = new Date(0),
  ): Promise<Page<Login>> {
    const rows = await this.db.query<LoginRow[]>(
      `SELECT ${LOGIN_COLUMNS} FROM radpostauth WHERE username = ? AND authdate >= ? ORDER BY authdate DESC, id DESC LIMIT ? OFFSET ?`,
      [username, since, page.perPage, Math.min((page.page - 1) * page.perPage, MAX_COUNTED_LOGINS)],
    );
    const [count] = await this.db.query<{ total: string }[]>(
      'SELECT COUNT(*) AS total FROM (SELECT 1 FROM radpostauth WHERE username = ? AND authdate >= ? LIMIT ?) AS some',
      [username, since, MAX_COUNTED_LOGINS],
    );
    return { rows: rows.map(toLogin), total: Number(count?.total ?? 0) };
  }
}

export const toLogin = (row: LoginRow): Login => ({
  id: Number(row.id),
  at: row.authdate,
  username: row.username,
  accepted: row.reply === 'Access-Accept',
  reason: row.reason,
  routerId: Number(row.router_id),
  nasIp: row.nasipaddress,
  mac: row.callingstationid,
  service: row.calledstationid,
});

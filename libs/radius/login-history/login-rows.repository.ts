import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';
import type { LoginRecord } from './login-line';

/** One statement for all of them. For `VALUES ?` as the driver expands it: a list of lists. */
export const insertLogins = (
  records: readonly LoginRecord[],
  table = 'radpostauth',
): { readonly sql: string; readonly params: unknown[] } => ({
  // The stock column for the password stays empty.
  sql:
    `INSERT INTO ${table} (username, pass, reply, authdate, reason, nasipaddress, router_id, callingstationid, calledstationid, ` +
    'message_authenticator) VALUES ?',
  params: [
    records.map((record) => [
      record.username,
      '',
      record.reply,
      record.at,
      record.reason,
      record.nasIp,
      record.routerId,
      record.device,
      record.service,
      record.signed,
    ]),
  ],
});

/** Writes the login history of the current tenant. */
@Injectable()
export class LoginRows {
  constructor(private readonly db: TenantDatabase) {}

  async add(records: readonly LoginRecord[]): Promise<void> {
    const { sql, params } = insertLogins(records);
    await this.db.query(sql, params);
  }
}

import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';

/** Whether a router signs its Access-Requests with Message-Authenticator (RFC 3579), judged by its latest logins. */
export const SIGNATURES = ['signs', 'partly', 'unsigned'] as const;
export type Signature = (typeof SIGNATURES)[number];

export interface RouterLoginSigns {
  /** Undefined before the first login that tells. */
  readonly signature: Signature | undefined;
  /** The latest login whose password came out as noise: the router has another secret. */
  readonly unreadableAt: Date | null;
}

/** Enough to be sure, few enough that a router that was updated an hour ago is judged by what it does now. */
const JUDGED_LOGINS = 20;
/** Routers in one statement. */
const CHUNK = 100;

/** Judges routers by the login history, which is written off the hot path anyway. */
@Injectable()
export class RouterSignatures {
  constructor(private readonly db: TenantDatabase) {}

  async of(routerIds: readonly number[]): Promise<Map<number, RouterLoginSigns>> {
    const found = new Map<number, RouterLoginSigns>();
    for (let from = 0; from < routerIds.length; from += CHUNK) {
      const ids = routerIds.slice(from, from + CHUNK);
      const latest = `(SELECT router_id, message_authenticator, reason, authdate FROM radpostauth WHERE router_id = ? ORDER BY authdate DESC LIMIT ${JUDGED_LOGINS})`;
      const rows = await this.db.query<
        { router_id: string; with_signature: string | null; without_signature: string | null; unreadable_at: Date | null }[]
      >(
        `SELECT router_id, SUM(message_authenticator = 1) AS with_signature, SUM(message_authenticator = 0) AS without_signature,
                MAX(IF(reason LIKE 'unreadable password%', authdate, NULL)) AS unreadable_at
           FROM (${ids.map(() => latest).join(' UNION ALL ')}) AS latest GROUP BY router_id`,
        [...ids],
      );
      for (const row of rows) {
        found.set(Number(row.router_id), {
          signature: signatureOf(Number(row.with_signature ?? 0), Number(row.without_signature ?? 0)),
          unreadableAt: row.unreadable_at,
        });
      }
    }
    return found;
  }
}

function signatureOf(signed: number, unsigned: number): Signature | undefined {
  if (signed + unsigned === 0) return undefined;
  if (unsigned === 0) return 'signs';
  return signed === 0 ? 'unsigned' : 'partly';
}

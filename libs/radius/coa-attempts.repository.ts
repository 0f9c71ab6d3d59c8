import type { Page } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';
import { Injectable } from '@nestjs/common';

export const COA_KINDS = ['disconnect', 'change'] as const;
export type CoaKind = (typeof COA_KINDS)[number];

export const COA_RESULTS = ['ack', 'nak', 'timeout', 'unknown_router', 'unreachable'] as const;
export type CoaResult = (typeof COA_RESULTS)[number];

/** One try to make a router do something with one session. */
export interface CoaAttempt {
  readonly id: number;
  /** radacct.radacctid. */
  readonly sessionId: number;
  readonly acctSessionId: string;
  readonly username: string;
  readonly routerId: number;
  readonly nasIp: string;
  readonly kind: CoaKind;
  readonly reason: string;
  /** Null: not a person, but a rule of Jala. */
  readonly requestedBy: string | null;
  readonly try: number;
  /** No further try follows by itself. */
  readonly lastTry: boolean;
  readonly packets: number;
  readonly answer: CoaResult;
  readonly errorCause: number | null;
  readonly sentAttributes: Readonly<Record<string, string | number>>;
  readonly sentAt: Date;
  readonly answeredAt: Date | null;
}

export interface CoaAttemptFilter {
  readonly sessionId?: number;
  readonly username?: string;
  readonly routerId?: number;
  readonly page: number;
  readonly perPage: number;
}

interface Row {
  id: string;
  radacctid: string;
  acctsessionid: string;
  username: string;
  router_id: string;
  nasipaddress: string;
  kind: CoaKind;
  reason: string;
  requested_by: string | null;
  try: number;
  last_try: number;
  packets: number;
  answer: CoaResult;
  error_cause: number | null;
  sent_attributes: string | Record<string, string | number>;
  sent_at: Date;
  answered_at: Date | null;
}

const COLUMNS = `id, radacctid, acctsessionid, username, router_id, nasipaddress, kind, reason, requested_by, try, last_try, packets, answer, error_cause,
  sent_attributes, sent_at, answered_at`;

/** Counting on costs more than anybody gains by it. */
const MAX_COUNTED = 10_000;

@Injectable()
export class CoaAttempts {
  constructor(private readonly db: TenantDatabase) {}

  async record(attempt: Omit<CoaAttempt, 'id'>): Promise<void> {
    await this.db.query(
      `INSERT INTO coa_attempts (radacctid, acctsessionid, username, router_id, nasipaddress, kind, reason, requested_by, try, last_try, packets, answer,
         error_cause, sent_attributes, sent_at, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        attempt.sessionId,
        attempt.acctSessionId,
        attempt.username,
        attempt.routerId,
        attempt.nasIp,
        attempt.kind,
        attempt.reason,
        attempt.requestedBy,
        attempt.try,
        attempt.lastTry,
        attempt.packets,
        attempt.answer,
        attempt.errorCause,
        JSON.stringify(attempt.sentAttributes),
        attempt.sentAt,
        attempt.answeredAt,
      ],
    );
  }

  /** Newest first. */
  async list(filter: CoaAttemptFilter): Promise<Page<CoaAttempt>> {
    const parts = ['TRUE'];
    const params: unknown[] = [];
    for (const [column, value] of [
      ['radacctid', filter.sessionId],
      ['username', filter.username],
      ['router_id', filter.routerId],
    ] as const) {
      if (value === undefined) continue;
      parts.push(`${column} = ?`);
      params.push(value);
    }
    const where = parts.join(' AND ');
    const offset = Math.min((filter.page - 1) * filter.perPage, MAX_COUNTED);
    const rows = await this.db.query<Row[]>(`SELECT ${COLUMNS} FROM coa_attempts WHERE ${where} ORDER BY id DESC LIMIT ? OFFSET ?`, [
      ...params,
      filter.perPage,
      offset,
    ]);
    const [count] = await this.db.query<{ total: string }[]>(
      `SELECT COUNT(*) AS total FROM (SELECT 1 FROM coa_attempts WHERE ${where} LIMIT ?) AS some`,
      [...params, MAX_COUNTED],
    );
    return { rows: rows.map(toAttempt), total: Number(count?.total ?? 0) };
  }

  /** The last try to end each of these sessions; those nobody tried to end are missing. */
  async lastDisconnects(sessionIds: readonly number[]): Promise<Map<number, CoaAttempt>> {
    if (sessionIds.length === 0) return new Map();
    const rows = await this.db.query<Row[]>(
      `SELECT ${COLUMNS} FROM coa_attempts
        WHERE id IN (SELECT MAX(id) FROM coa_attempts WHERE radacctid IN (?) AND kind = 'disconnect' GROUP BY radacctid)`,
      [sessionIds],
    );
    return new Map(rows.map((row) => [Number(row.radacctid), toAttempt(row)]));
  }

  /** @returns how many went */
  async forgetBefore(instant: Date, limit: number): Promise<number> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>('DELETE FROM coa_attempts WHERE sent_at < ? LIMIT ?', [
      instant,
      limit,
    ]);
    return affectedRows;
  }
}

function toAttempt(row: Row): CoaAttempt {
  return {
    id: Number(row.id),
    sessionId: Number(row.radacctid),
    acctSessionId: row.acctsessionid,
    username: row.username,
    routerId: Number(row.router_id),
    nasIp: row.nasipaddress,
    kind: row.kind,
    reason: row.reason,
    requestedBy: row.requested_by,
    try: row.try,
    lastTry: Boolean(row.last_try),
    packets: row.packets,
    answer: row.answer,
    errorCause: row.error_cause,
    sentAttributes: (typeof row.sent_attributes === 'string' ? JSON.parse(row.sent_attributes) : row.sent_attributes) as Record<
      string,
      string | number
    >,
    sentAt: row.sent_at,
    answeredAt: row.answered_at,
  };
}

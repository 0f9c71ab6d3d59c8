import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';
import type { HistoryBefore, HistoryOf } from '@jala/radius';
import type { CoaAnswerNote } from './timeline.types';

interface Row {
  id: string;
  sent_at: Date;
  username: string;
  router_id: string;
  kind: CoaAnswerNote['request'];
  answer: CoaAnswerNote['answer'];
  error_cause: number | null;
  reason: string;
  requested_by: string | null;
  try: number;
  last_try: number;
}

/** Reads coa_attempts, newest first by the instant they were sent. */
@Injectable()
export class CoaAnswersRepository {
  constructor(private readonly db: TenantDatabase) {}

  async of(
    of: HistoryOf,
    { before, limit, since }: { before: HistoryBefore; limit: number; since?: Date },
  ): Promise<(CoaAnswerNote & { readonly id: number; readonly at: Date })[]> {
    const [column, value] = 'username' in of ? ['username', of.username] : ['router_id', of.routerId];
    const rows = await this.db.query<Row[]>(
      `SELECT id, sent_at, username, router_id, kind, answer, error_cause, reason, requested_by, try, last_try FROM coa_attempts
       WHERE ${column} = ? AND sent_at <= ? AND NOT (sent_at = ? AND id >= ?) ${since ? 'AND sent_at >= ?' : ''}
       ORDER BY sent_at DESC, id DESC LIMIT ?`,
      [value, before.at, before.at, before.id, ...(since ? [since] : []), limit],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      at: row.sent_at,
      username: row.username,
      routerId: Number(row.router_id),
      request: row.kind,
      answer: row.answer,
      errorCause: row.error_cause,
      reason: row.reason,
      requestedBy: row.requested_by,
      attempt: row.try,
      last: Boolean(row.last_try),
    }));
  }
}

import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';

export interface ChangeRow {
  readonly id: number;
  readonly at: Date;
  readonly action: string;
  readonly actorName: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface ChangesPage {
  readonly before: { readonly at: Date; readonly id: number };
  readonly limit: number;
}

interface Row {
  id: string;
  at: Date;
  action: string;
  actor_name: string;
  before_values: unknown;
  after_values: unknown;
}

/** Reads the activity log by subject and instant; the log itself is libs/tenant/activity's to write. */
@Injectable()
export class ChangesRepository {
  constructor(private readonly db: TenantDatabase) {}

  async of(subjectType: 'customer' | 'router', subjectId: number, { before, limit }: ChangesPage): Promise<ChangeRow[]> {
    const rows = await this.db.query<Row[]>(
      `SELECT id, at, action, actor_name, before_values, after_values FROM activity_log
       WHERE subject_type = ? AND subject_id = ? AND at <= ? AND NOT (at = ? AND id >= ?) ORDER BY at DESC, id DESC LIMIT ?`,
      [subjectType, subjectId, before.at, before.at, before.id, limit],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      at: row.at,
      action: row.action,
      actorName: row.actor_name,
      before: parsed(row.before_values),
      after: parsed(row.after_values),
    }));
  }
}

// MariaDB hands JSON columns over as text, MySQL as objects.
function parsed(value: unknown): Record<string, unknown> {
  return ((typeof value === 'string' ? JSON.parse(value) : value) ?? {}) as Record<string, unknown>;
}

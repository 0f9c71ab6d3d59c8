import type { Page, PageRequest } from '@jala/contracts';
import { containsPattern } from '@jala/infra/central-db';
import type { SqlDatabase } from './database';

export interface NewActivity {
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: number | null;
  readonly actorName: string;
  readonly actorRole: string;
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: number | null;
  readonly subjectLabel: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

export interface ActivityEntry extends NewActivity {
  readonly id: number;
}

export interface ActivityFilter {
  /** Part of the name of whoever did it. */
  readonly actor?: string;
  /** A whole action, or the part before the dot: `customer` finds `customer.created`. */
  readonly action?: string;
  readonly subjectType?: string;
  readonly subjectId?: number;
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
}

interface Row {
  id: number | string;
  at: Date;
  actor_kind: string;
  actor_id: number | string | null;
  actor_name: string;
  actor_role: string;
  action: string;
  subject_type: string;
  subject_id: number | string | null;
  subject_label: string;
  before_values: unknown;
  after_values: unknown;
  ip: string | null;
  request_id: string | null;
}

export class ActivityRepository {
  constructor(private readonly database: SqlDatabase) {}

  async insert(entry: NewActivity): Promise<void> {
    await this.database.query(
      `INSERT INTO activity_log (at, actor_kind, actor_id, actor_name, actor_role, action, subject_type, subject_id, subject_label,
         before_values, after_values, ip, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        entry.at,
        entry.actorKind,
        entry.actorId,
        entry.actorName.slice(0, 120),
        entry.actorRole,
        entry.action,
        entry.subjectType,
        entry.subjectId,
        entry.subjectLabel.slice(0, 190),
        json(entry.before),
        json(entry.after),
        entry.ip,
        entry.requestId,
      ],
    );
  }

  /** Newest first unless asked otherwise; the order is that of the ids, which is that of writing. */
  async list(filter: ActivityFilter, page: PageRequest): Promise<Page<ActivityEntry>> {
    const { where, params } = conditions(filter, page.search);
    const direction = page.order === 'asc' ? 'ASC' : 'DESC';
    const rows = await this.database.query<Row[]>(`SELECT * FROM activity_log ${where} ORDER BY id ${direction} LIMIT ? OFFSET ?`, [
      ...params,
      page.perPage,
      (page.page - 1) * page.perPage,
    ]);
    const [count] = await this.database.query<{ total: number | string }[]>(`SELECT COUNT(*) AS total FROM activity_log ${where}`, params);
    return { rows: rows.map(toEntry), total: Number(count?.total ?? 0) };
  }
}

function conditions(filter: ActivityFilter, search: string | undefined): { where: string; params: unknown[] } {
  const parts: string[] = [];
  const params: unknown[] = [];
  const add = (sql: string, ...values: unknown[]): void => {
    parts.push(sql);
    params.push(...values);
  };
  if (filter.actor) add('actor_name LIKE ?', containsPattern(filter.actor));
  if (filter.action?.includes('.')) add('action = ?', filter.action);
  else if (filter.action) add('action LIKE ?', `${containsPattern(filter.action).slice(1, -1)}.%`);
  if (filter.subjectType) add('subject_type = ?', filter.subjectType);
  if (filter.subjectId !== undefined) add('subject_id = ?', filter.subjectId);
  if (filter.from) add('at >= ?', filter.from);
  if (filter.to) add('at < ?', filter.to);
  if (search) add('(actor_name LIKE ? OR subject_label LIKE ? OR action LIKE ?)', ...Array<string>(3).fill(containsPattern(search)));
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', params };
}

const json = (value: Record<string, unknown> | null): string | null => (value ? JSON.stringify(value) : null);

// MariaDB hands JSON columns over as text, MySQL as objects.
const parsed = (value: unknown): Record<string, unknown> | null =>
  (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, unknown> | null;

const numberOrNull = (value: number | string | null): number | null => (value === null ? null : Number(value));

function toEntry(row: Row): ActivityEntry {
  return {
    id: Number(row.id),
    at: row.at,
    actorKind: row.actor_kind,
    actorId: numberOrNull(row.actor_id),
    actorName: row.actor_name,
    actorRole: row.actor_role,
    action: row.action,
    subjectType: row.subject_type,
    subjectId: numberOrNull(row.subject_id),
    subjectLabel: row.subject_label,
    before: parsed(row.before_values),
    after: parsed(row.after_values),
    ip: row.ip,
    requestId: row.request_id,
  };
}

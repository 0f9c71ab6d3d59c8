import type { ChangeRow } from './changes.repository';
import type { FieldChange, StatusChange } from './timeline.types';

/** What decides whether somebody gets on, and how. Names, telephone numbers and notes are the activity log's. */
const TELLING = [
  'status',
  'service_plan_id',
  'service_type',
  'expires_at',
  'suspended_reason',
  'username',
  'address',
  'coa_port',
  'require_message_authenticator',
];
/** Of a customer this is where the house stands. */
const NOT_OF_CUSTOMERS = ['address'];

export function planIdsIn(rows: readonly ChangeRow[]): number[] {
  return rows.flatMap(({ before, after }) => [before['service_plan_id'], after['service_plan_id']]).filter((id) => typeof id === 'number');
}

export function statusChangeOf(row: ChangeRow, plans: ReadonlyMap<number, string>): StatusChange {
  const ofCustomer = row.action.startsWith('customer.');
  const text = (field: string, value: unknown): string | null => {
    if (value === null || value === undefined) return null;
    if (field === 'service_plan_id' && typeof value === 'number') return plans.get(value) ?? `#${value}`;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
  };
  const fields = TELLING.filter((field) => field in row.before || field in row.after)
    .filter((field) => !(ofCustomer && NOT_OF_CUSTOMERS.includes(field)))
    .map((field): FieldChange => ({
      field: field.replace(/_id$/, ''),
      before: text(field, row.before[field]),
      after: text(field, row.after[field]),
    }))
    .filter(({ before, after }) => before !== after);
  return { action: row.action, actorName: row.actorName, fields };
}

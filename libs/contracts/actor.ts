import type { Audience } from './enums';
import type { Permission } from './permissions';

/** Who is acting, and from where. Every use case takes it first: authority is explicit, never ambient. */
export interface Actor {
  readonly kind: Audience | 'system';
  readonly id: number | null;
  readonly name: string;
  readonly role: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly ip?: string;
  readonly requestId?: string;
}

/** The actor of jobs and schedules. `name` says which one, as it stands in the activity log. */
export function systemActor(name: string): Actor {
  return { kind: 'system', id: null, name, role: 'system', permissions: new Set() };
}

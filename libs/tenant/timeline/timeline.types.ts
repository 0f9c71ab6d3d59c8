import type { Login, Session } from '@jala/radius';
import type { CustomerRef } from '@jala/tenant/customers';

export type TimelineKind = 'started' | 'accepted' | 'rejected' | 'ended' | 'coa' | 'change';

export interface Named {
  readonly id: number;
  readonly name: string;
}

export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface StatusChange {
  readonly action: string;
  readonly actorName: string;
  /** Only what decides about the connection; plans by their name. */
  readonly fields: readonly FieldChange[];
}

/** What a router said when it was asked to change or end a session. */
export interface CoaAnswerNote {
  readonly username: string;
  /** 0: no router of the tenant any more. */
  readonly routerId: number;
  readonly request: 'disconnect' | 'change';
  readonly answer: 'ack' | 'nak' | 'timeout' | 'unknown_router' | 'unreachable';
  /** The router's own word for a refusal (RFC 5176, 3.5). */
  readonly errorCause: number | null;
  /** Why it was asked. */
  readonly reason: string;
  /** Who pressed the button; null: a rule. */
  readonly requestedBy: string | null;
  readonly attempt: number;
  /** No further try follows by itself. */
  readonly last: boolean;
}

interface Base {
  readonly id: number;
  readonly at: Date;
}

export type TimelineEntry =
  | (Base & { readonly kind: 'accepted'; readonly login: Login })
  | (Base & { readonly kind: 'rejected'; readonly login: Login; readonly times: number; readonly since: Date })
  | (Base & { readonly kind: 'started' | 'ended'; readonly session: Session })
  | (Base & { readonly kind: 'coa'; readonly coa: CoaAnswerNote })
  | (Base & { readonly kind: 'change'; readonly change: StatusChange });

export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  /** Hand it in as `before` for the older ones; null when there are none. */
  readonly next: string | null;
  readonly routers: ReadonlyMap<number, string>;
  /** By userKey(). */
  readonly customers: ReadonlyMap<string, CustomerRef>;
}

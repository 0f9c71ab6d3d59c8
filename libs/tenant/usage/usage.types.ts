import type { CustomerRef } from '@jala/tenant/customers';

/** Up and down apart, as the router counts: input is what it received from the user. */
export interface Traffic {
  readonly inputBytes: number;
  readonly outputBytes: number;
}

export interface Usage extends Traffic {
  readonly sessions: number;
  readonly users: number;
}

export interface DayUsage extends Usage {
  /** `2026-03-10`, in the tenant's zone. */
  readonly day: string;
}

/** Both days included, in the tenant's zone. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export interface UsageFilter extends Period {
  readonly routerId?: number;
  /** Of the users who are on this plan now. */
  readonly servicePlanId?: number;
  readonly username?: string;
}

export interface Named {
  readonly id: number;
  readonly name: string;
}

export interface RouterUsage extends Usage {
  readonly router: Named | null;
}

export interface PlanUsage extends Usage {
  /** Null: users who are no customers, or not any more. */
  readonly plan: Named | null;
}

export interface UserUsage extends Traffic {
  readonly username: string;
  readonly customer: CustomerRef | null;
  readonly sessions: number;
}

export interface UsageReport {
  readonly period: Period;
  readonly total: Usage;
  readonly days: readonly DayUsage[];
}

/** Bits per second, between the last two reports of each session. */
export interface LiveGroup {
  readonly online: number;
  readonly inputBps: number;
  readonly outputBps: number;
}

export interface LiveTraffic extends LiveGroup {
  readonly at: Date;
  readonly routers: readonly (LiveGroup & { readonly router: Named | null })[];
  readonly plans: readonly (LiveGroup & { readonly plan: Named | null })[];
}

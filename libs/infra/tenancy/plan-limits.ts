export type PlanLimit = 'routers' | 'users' | 'vouchers';

/** What the platform sells the current tenant. The tenant side asks; only the platform side knows plans. */
export abstract class PlanLimits {
  /** Null where the plan sets no limit, and for a tenant without a plan. */
  abstract maximum(limit: PlanLimit): Promise<number | null>;

  /**
   * Call it in the transaction that adds, after locking what is counted.
   * @throws DomainError PLAN_LIMIT_REACHED when `adding` more on top of `present` would pass the limit.
   */
  abstract assertRoom(limit: PlanLimit, present: number, adding?: number): Promise<void>;

  abstract hasFeature(feature: string): Promise<boolean>;
}

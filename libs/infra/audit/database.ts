/** What the areas that serve both sides need of a database; the central one and the current tenant's have it alike. */
export interface SqlDatabase {
  /** Joins the transaction that is open, if one is. */
  transaction<T>(fn: () => Promise<T>): Promise<T>;
  query<T>(sql: string, params?: unknown[]): Promise<T>;
  /** Starts after the commit of the open transaction and never after a rollback; at once when there is none. */
  afterCommit(fn: () => void): void;
}

/** Statements that leave nothing behind in the session when they have run. */
const LEAVES_NOTHING = /^\s*\(*\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|SHOW|EXPLAIN|DESCRIBE|DESC|VALUES|TABLE|SAVEPOINT|RELEASE)\b/i;
/** Unless they set a user variable or take a named lock. */
const YET_LEAVES_SOMETHING = /:=|\bget_lock\s*\(|\binto\s+@/i;
const BEGINS = /^\s*(START\s+TRANSACTION|BEGIN)\b/i;
const ENDS = /^\s*(COMMIT|ROLLBACK)\s*(WORK)?\s*;?\s*$/i;
const RETURNS_TO_SAVEPOINT = /^\s*ROLLBACK\s+(WORK\s+)?TO\b/i;

/**
 * What the statements so far may have left in a database session: an open transaction, a variable, a lock, a temporary table.
 * When in doubt the session counts as touched; that costs one round trip at its release.
 */
export class SessionState {
  private transactionOpen = false;
  private touched = false;

  get isClean(): boolean {
    return !this.transactionOpen && !this.touched;
  }

  get inTransaction(): boolean {
    return this.transactionOpen;
  }

  sent(sql: string): void {
    if (LEAVES_NOTHING.test(sql)) this.touched ||= YET_LEAVES_SOMETHING.test(sql);
    else if (BEGINS.test(sql)) this.transactionOpen = true;
    else if (!ENDS.test(sql) && !RETURNS_TO_SAVEPOINT.test(sql)) this.touched = true;
  }

  succeeded(sql: string): void {
    if (ENDS.test(sql)) this.transactionOpen = false;
  }

  reset(): void {
    this.transactionOpen = false;
    this.touched = false;
  }
}

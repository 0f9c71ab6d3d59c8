import type { PooledConnection } from './pooled-connection';
import type { PoolIdentity } from './pool-options';

export interface Waiter {
  readonly identity: PoolIdentity;
  readonly give: (connection: PooledConnection) => void;
  readonly refuse: (error: Error) => void;
  /** Set while it stands in line. */
  deadline: NodeJS.Timeout | undefined;
}

/**
 * Who waits for a connection. Tenants take turns, and within a tenant whoever came first: a single request never stands
 * behind the hundred of a busy neighbour.
 */
export class WaitingLine {
  private readonly byTenant = new Map<string, Waiter[]>();
  private count = 0;

  get length(): number {
    return this.count;
  }

  join(waiter: Waiter): void {
    const line = this.byTenant.get(waiter.identity.key);
    if (line) line.push(waiter);
    else this.byTenant.set(waiter.identity.key, [waiter]);
    this.count++;
  }

  /** Cheap for whoever has just joined: the last of its tenant. */
  has(waiter: Waiter): boolean {
    return this.byTenant.get(waiter.identity.key)?.at(-1) === waiter;
  }

  leave(waiter: Waiter): boolean {
    const line = this.byTenant.get(waiter.identity.key);
    const at = line?.indexOf(waiter) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    this.count--;
    if (line.length === 0) this.byTenant.delete(waiter.identity.key);
    return true;
  }

  /** The first waiter of the first tenant that may have another connection; that tenant then goes to the end. */
  next(mayHave: (key: string) => boolean): Waiter | undefined {
    for (const [key, line] of this.byTenant) {
      if (!mayHave(key)) continue;
      const waiter = line.shift();
      this.byTenant.delete(key);
      if (line.length > 0) this.byTenant.set(key, line);
      if (waiter) this.count--;
      return waiter;
    }
    return undefined;
  }

  clear(): Waiter[] {
    const all = [...this.byTenant.values()].flat();
    this.byTenant.clear();
    this.count = 0;
    return all;
  }
}

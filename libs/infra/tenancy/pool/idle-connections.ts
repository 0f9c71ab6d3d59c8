import type { PooledConnection } from './pooled-connection';

/** Connections nobody uses, the longest idle first. A set keeps the order of insertion and forgets in constant time. */
export class IdleConnections {
  private readonly all = new Set<PooledConnection>();
  private readonly byTenant = new Map<string, PooledConnection[]>();

  get length(): number {
    return this.all.size;
  }

  add(connection: PooledConnection): void {
    this.all.add(connection);
    const { key } = connection.identity;
    const mine = this.byTenant.get(key);
    if (mine) mine.push(connection);
    else this.byTenant.set(key, [connection]);
  }

  /** The one used last of those logged in for this tenant: its caches and its thread are warm, and those beyond need get to close. */
  lastOf(key: string): PooledConnection | undefined {
    return this.byTenant.get(key)?.at(-1);
  }

  takeOf(key: string): PooledConnection | undefined {
    const connection = this.lastOf(key);
    if (connection) this.remove(connection);
    return connection;
  }

  takeOldest(): PooledConnection | undefined {
    const [connection] = this.all;
    if (connection) this.remove(connection);
    return connection;
  }

  takeAll(wanted: (connection: PooledConnection) => boolean = () => true): PooledConnection[] {
    const taken = [...this.all].filter(wanted);
    for (const connection of taken) this.remove(connection);
    return taken;
  }

  remove(connection: PooledConnection): boolean {
    if (!this.all.delete(connection)) return false;
    const { key } = connection.identity;
    const mine = this.byTenant.get(key);
    if (mine?.at(-1) === connection) mine.pop();
    else mine?.splice(mine.indexOf(connection), 1);
    if (mine?.length === 0) this.byTenant.delete(key);
    return true;
  }
}

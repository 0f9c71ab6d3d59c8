import type { PooledConnection } from './pooled-connection';

/** Connections nobody uses, the longest idle first. Sets keep the order of insertion and forget in constant time. */
export class IdleConnections {
  private readonly all = new Set<PooledConnection>();
  private readonly byTenant = new Map<string, Set<PooledConnection>>();

  get length(): number {
    return this.all.size;
  }

  add(connection: PooledConnection): void {
    this.all.add(connection);
    const { key } = connection.identity;
    const mine = this.byTenant.get(key);
    if (mine) mine.add(connection);
    else this.byTenant.set(key, new Set([connection]));
  }

  /** One that is logged in for this tenant already. */
  takeOf(key: string): PooledConnection | undefined {
    const [connection] = this.byTenant.get(key) ?? [];
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
    mine?.delete(connection);
    if (mine?.size === 0) this.byTenant.delete(key);
    return true;
  }
}

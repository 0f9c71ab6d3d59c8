import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@jala/contracts';
import { isAccessDenied } from '@jala/infra/central-db';
import { IdleConnections } from './idle-connections';
import { isSameAccount, type PoolIdentity, type PoolOptions } from './pool-options';
import { PooledConnection } from './pooled-connection';
import { type Waiter, WaitingLine } from './waiting-line';

const PING_TIMEOUT_MS = 1_000;

export interface HostPoolCounters {
  /** Connections opened, taken over from another tenant, found ready, cleaned at their release. */
  opened: number;
  switched: number;
  reused: number;
  resets: number;
  /** Somebody was refused because the wait was too long. */
  timeouts: number;
  /** A connection could not be opened or taken over. */
  failures: number;
}

/** All connections of this process to one database host, for whichever tenants are on it. */
export class HostPool {
  readonly counters: HostPoolCounters = { opened: 0, switched: 0, reused: 0, resets: 0, timeouts: 0, failures: 0 };
  private readonly idle = new IdleConnections();
  private readonly line = new WaitingLine();
  private readonly inUse = new Set<PooledConnection>();
  private readonly usedBy = new Map<string, number>();
  /** Connections are made here and not in a request's context, which their sockets would keep alive. */
  private readonly home = new AsyncResource('HostPool');
  /** Every connection there is, those included that are just being opened. */
  private slots = 0;
  private ending = false;

  constructor(private readonly options: PoolOptions) {}

  get size(): { open: number; idle: number; inUse: number; waiting: number; max: number } {
    return {
      open: this.slots,
      idle: this.idle.length,
      inUse: this.slots - this.idle.length,
      waiting: this.line.length,
      max: this.options.max,
    };
  }

  /**
   * What `acquire` would give, where nobody has to wait for it: a connection that was in use for this account a moment ago. Most
   * statements get theirs here, without a turn of the event loop.
   */
  acquireAtOnce(identity: PoolIdentity): PooledConnection | undefined {
    if (this.ending || this.line.length > 0 || !this.mayHaveAnother(identity.key)) return undefined;
    const connection = this.idle.lastOf(identity.key);
    if (!connection || !this.isReady(connection, identity) || this.isQuiet(connection)) return undefined;
    this.idle.remove(connection);
    this.count(identity.key, 1);
    this.inUse.add(connection);
    this.counters.reused++;
    return connection;
  }

  /**
   * A connection that is logged in as the identity's account, in a clean session.
   * @throws DomainError BUSY after the acquire timeout, DATABASE_UNAVAILABLE; the server's own error when it refuses the account
   */
  acquire(identity: PoolIdentity): Promise<PooledConnection> {
    if (this.ending) return Promise.reject(new DomainError('DATABASE_UNAVAILABLE'));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { identity, give: resolve, refuse: reject, deadline: undefined };
      this.line.join(waiter);
      this.pump();
      if (!this.line.has(waiter)) return;
      waiter.deadline = setTimeout(() => {
        if (!this.line.leave(waiter)) return;
        this.counters.timeouts++;
        reject(new DomainError('BUSY', { retryAfterSeconds: 1 }));
      }, this.options.acquireTimeoutMs);
    });
  }

  /** Takes a connection back. One that is not clean is cleaned before anybody else sees it. */
  release(connection: PooledConnection): void {
    if (connection.isDead || this.ending) this.drop(connection);
    else if (connection.session.isClean) this.putAside(connection);
    else {
      this.counters.resets++;
      connection.logIn(connection.identity, this.options.handshakeTimeoutMs).then(
        () => (connection.isDead || this.ending ? this.drop(connection) : this.putAside(connection)),
        () => this.drop(connection),
      );
    }
  }

  /** Takes back a connection that must not be used again. */
  drop(connection: PooledConnection): void {
    if (!this.inUse.delete(connection)) return;
    connection.destroy();
    this.slots--;
    this.count(connection.identity.key, -1);
    this.pump();
  }

  closeIdleSince(time: number): void {
    for (const connection of this.idle.takeAll(({ lastUsed }) => lastUsed < time)) this.close(connection);
  }

  /** Refuses newcomers, lets running work finish, then closes everything. */
  async end(): Promise<void> {
    this.ending = true;
    for (const waiter of this.line.clear()) {
      clearTimeout(waiter.deadline);
      waiter.refuse(new DomainError('DATABASE_UNAVAILABLE'));
    }
    for (const connection of this.idle.takeAll()) this.close(connection);
    const deadline = Date.now() + this.options.drainMs;
    while (this.slots > 0 && Date.now() < deadline) await sleep(10);
    for (const connection of this.inUse) this.drop(connection);
  }

  private pump(): void {
    while (this.line.length > 0 && (this.idle.length > 0 || this.slots < this.options.max)) {
      const waiter = this.line.next((key) => this.mayHaveAnother(key));
      if (!waiter) return;
      clearTimeout(waiter.deadline);
      this.count(waiter.identity.key, 1);
      void this.serve(waiter);
    }
  }

  /** Everything up to the first await happens at once: a slot or a connection is taken before anybody else can. */
  private async serve(waiter: Waiter): Promise<void> {
    const { identity } = waiter;
    let held = this.idle.takeOf(identity.key);
    if (!held && this.slots < this.options.max) this.slots++;
    else held ??= this.idle.takeOldest();
    try {
      const connection = held ? await this.prepare(held, identity) : await this.open(identity);
      this.inUse.add(connection);
      waiter.give(connection);
    } catch (error) {
      this.counters.failures++;
      this.slots--;
      this.count(identity.key, -1);
      waiter.refuse(isAccessDenied(error) ? (error as Error) : new DomainError('DATABASE_UNAVAILABLE', {}, undefined, { cause: error }));
      this.pump();
    }
  }

  private mayHaveAnother(key: string): boolean {
    return (this.usedBy.get(key) ?? 0) < this.options.perTenantMax;
  }

  private isReady({ identity: { key, target } }: PooledConnection, wanted: PoolIdentity): boolean {
    return key === wanted.key && (target === wanted.target || isSameAccount(target, wanted.target));
  }

  /** For so long that it is asked whether it still lives. */
  private isQuiet({ lastUsed }: PooledConnection): boolean {
    return Date.now() - lastUsed > this.options.pingAfterMs;
  }

  private async prepare(connection: PooledConnection, identity: PoolIdentity): Promise<PooledConnection> {
    try {
      if (!this.isReady(connection, identity)) {
        await connection.logIn(identity, this.options.handshakeTimeoutMs);
        this.counters.switched++;
      } else {
        if (this.isQuiet(connection)) await connection.ping(PING_TIMEOUT_MS);
        this.counters.reused++;
      }
      if (!connection.isDead) return connection;
    } catch (error) {
      connection.destroy();
      if (isAccessDenied(error)) throw error;
    }
    // It had died while idle, which says nothing about the server.
    return this.open(identity);
  }

  private async open(identity: PoolIdentity): Promise<PooledConnection> {
    const connection = await this.home.runInAsyncScope(() =>
      PooledConnection.open(identity, this.options.handshakeTimeoutMs, (dead) => this.buryIdle(dead)),
    );
    this.counters.opened++;
    return connection;
  }

  /** One that dies while somebody has it is taken back by its release. */
  private buryIdle(connection: PooledConnection): void {
    if (!this.idle.remove(connection)) return;
    this.slots--;
    this.pump();
  }

  private putAside(connection: PooledConnection): void {
    if (!this.inUse.delete(connection)) return;
    connection.lastUsed = Date.now();
    this.count(connection.identity.key, -1);
    this.idle.add(connection);
    this.pump();
  }

  private close(connection: PooledConnection): void {
    connection.close();
    this.slots--;
  }

  private count(key: string, change: 1 | -1): void {
    const used = (this.usedBy.get(key) ?? 0) + change;
    if (used <= 0) this.usedBy.delete(key);
    else this.usedBy.set(key, used);
  }
}

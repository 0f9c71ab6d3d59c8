import { AsyncResource } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import { isAccessDenied } from '@jala/infra/central-db';
import type { TenantCredentials } from '../ports';
import type { OpenScope } from '../tenant-scope';
import { CredentialCache } from './credential-cache';
import { HostPool, type HostPoolCounters } from './host-pool';
import { POOL_DEFAULTS, type PoolIdentity, type PoolOptions } from './pool-options';
import type { PooledConnection } from './pooled-connection';
import { TenantLease } from './tenant-lease';

export interface HostPoolMetrics extends HostPoolCounters {
  /** `host:port`, or the path of a socket. */
  readonly host: string;
  readonly open: number;
  readonly idle: number;
  readonly inUse: number;
  readonly waiting: number;
  /** How many may be open. */
  readonly max: number;
  /** Connections taken back from code that never released them. */
  readonly leaks: number;
}

/** One pool per database host, and every connection that somebody holds at the moment. */
export class TenantPools {
  private readonly options: PoolOptions;
  private readonly cache: CredentialCache;
  private readonly pools = new Map<string, { pool: HostPool; leaks: number }>();
  private readonly leases = new Map<TenantLease, string>();
  private readonly logger = new Logger(TenantPools.name);
  private readonly sweeper: NodeJS.Timeout;

  constructor(credentials: TenantCredentials, options: Partial<PoolOptions> = {}) {
    this.options = { ...POOL_DEFAULTS, ...options };
    this.cache = new CredentialCache(credentials);
    this.sweeper = setInterval(
      AsyncResource.bind(() => this.sweep()),
      this.options.sweepMs,
    ).unref();
  }

  /** @throws DomainError BUSY, DATABASE_UNAVAILABLE */
  async lease(scope: OpenScope): Promise<TenantLease> {
    const asked = this.cache.get(scope);
    const identity = await asked;
    try {
      return await this.leaseAs(scope, identity);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      // The account may have been changed by another process.
      const fresh = await this.cache.refresh(scope, asked);
      return await this.leaseAs(scope, fresh).catch((again: unknown) => {
        throw isAccessDenied(again) ? refused(again) : again;
      });
    }
  }

  forgetCredentials(tenantId: number): void {
    this.cache.forget(tenantId);
  }

  metrics(): HostPoolMetrics[] {
    return [...this.pools].map(([host, { pool, leaks }]) => ({ host, ...pool.size, ...pool.counters, leaks }));
  }

  async end(): Promise<void> {
    clearInterval(this.sweeper);
    await Promise.all([...this.pools.values()].map(({ pool }) => pool.end()));
  }

  private async leaseAs(scope: OpenScope, identity: PoolIdentity): Promise<TenantLease> {
    const { host, port, socket } = identity.target;
    const address = socket ?? `${host}:${port}`;
    const entry = this.pools.get(address) ?? { pool: new HostPool(this.options), leaks: 0 };
    this.pools.set(address, entry);
    const connection = await entry.pool.acquire(identity);
    const lease = new TenantLease(connection, scope, (ended, given, reusable) => this.takeBack(entry.pool, ended, given, reusable));
    this.leases.set(lease, address);
    return lease;
  }

  private takeBack(pool: HostPool, lease: TenantLease, connection: PooledConnection, reusable: boolean): void {
    this.leases.delete(lease);
    if (reusable) pool.release(connection);
    else pool.drop(connection);
  }

  private sweep(): void {
    const now = Date.now();
    for (const [lease, address] of this.leases) {
      if (!lease.isForgotten(now, this.options)) continue;
      const entry = this.pools.get(address);
      if (entry) entry.leaks++;
      this.logger.error(
        { tenant: lease.tenant, host: address },
        'A connection was forgotten by the code that asked for it, and is taken away',
      );
      lease.revoke();
    }
    for (const { pool } of this.pools.values()) pool.closeIdleSince(now - this.options.idleCloseMs);
  }
}

function refused(cause: unknown): DomainError {
  return new DomainError('DATABASE_UNAVAILABLE', { reason: 'account_refused' }, undefined, { cause });
}

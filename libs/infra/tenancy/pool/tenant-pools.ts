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

/** A database host and its pool. */
interface Place {
  readonly address: string;
  readonly pool: HostPool;
  leaks: number;
}

/** One pool per database host, and every connection that somebody holds at the moment. */
export class TenantPools {
  private readonly options: PoolOptions;
  private readonly cache: CredentialCache;
  private readonly places = new Map<string, Place>();
  private readonly leases = new Map<TenantLease, Place>();
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

  /** What `lease` would give, where nothing has to be waited for. */
  leaseAtOnce(scope: OpenScope): TenantLease | undefined {
    const identity = this.cache.known(scope);
    if (!identity) return undefined;
    const place = this.placeOf(identity);
    const connection = place.pool.acquireAtOnce(identity);
    return connection && this.leaseOf(connection, scope, place);
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
    return [...this.places.values()].map(({ address, pool, leaks }) => ({ host: address, ...pool.size, ...pool.counters, leaks }));
  }

  async end(): Promise<void> {
    clearInterval(this.sweeper);
    await Promise.all([...this.places.values()].map(({ pool }) => pool.end()));
  }

  private async leaseAs(scope: OpenScope, identity: PoolIdentity): Promise<TenantLease> {
    const place = this.placeOf(identity);
    return this.leaseOf(await place.pool.acquire(identity), scope, place);
  }

  private leaseOf(connection: PooledConnection, scope: OpenScope, place: Place): TenantLease {
    const lease = new TenantLease(connection, scope, (ended, given, reusable) => this.takeBack(place.pool, ended, given, reusable));
    this.leases.set(lease, place);
    return lease;
  }

  private placeOf({ target: { host, port, socket } }: PoolIdentity): Place {
    const address = socket ?? `${host}:${port}`;
    let place = this.places.get(address);
    if (!place) this.places.set(address, (place = { address, pool: new HostPool(this.options), leaks: 0 }));
    return place;
  }

  private takeBack(pool: HostPool, lease: TenantLease, connection: PooledConnection, reusable: boolean): void {
    this.leases.delete(lease);
    if (reusable) pool.release(connection);
    else pool.drop(connection);
  }

  private sweep(): void {
    const now = Date.now();
    for (const [lease, place] of this.leases) {
      if (!lease.isForgotten(now, this.options)) continue;
      place.leaks++;
      this.logger.error(
        { tenant: lease.tenant, host: place.address },
        'A connection was forgotten by the code that asked for it, and is taken away',
      );
      lease.revoke();
    }
    for (const { pool } of this.places.values()) pool.closeIdleSince(now - this.options.idleCloseMs);
  }
}

function refused(cause: unknown): DomainError {
  return new DomainError('DATABASE_UNAVAILABLE', { reason: 'account_refused' }, undefined, { cause });
}

import type { DatabaseTarget } from '@jala/infra/central-db';

export interface PoolOptions {
  /** Connections of this process to one database host. */
  readonly max: number;
  /** Of these, how many one tenant may use at once, so that a noisy one leaves room for the others. */
  readonly perTenantMax: number;
  /** How long somebody waits for a connection before being told that we are busy. */
  readonly acquireTimeoutMs: number;
  /** An idle connection is closed after this time. */
  readonly idleCloseMs: number;
  /** An idle connection that was quiet for longer is asked whether it still lives before somebody gets it. */
  readonly pingAfterMs: number;
  /** How long a ping, a change of user or a new connection may take. */
  readonly handshakeTimeoutMs: number;
  /** A connection that is still held and quiet this long after its scope ended was forgotten. */
  readonly leakGraceMs: number;
  /** The same inside a scope that is still open: a transaction nobody works on blocks others. */
  readonly quietLimitMs: number;
  /** How often forgotten and idle connections are looked for. */
  readonly sweepMs: number;
  /** How long ending waits for work that is under way. */
  readonly drainMs: number;
}

export const POOL_DEFAULTS: PoolOptions = {
  max: 20,
  perTenantMax: 8,
  acquireTimeoutMs: 5_000,
  idleCloseMs: 60_000,
  pingAfterMs: 15_000,
  handshakeTimeoutMs: 5_000,
  leakGraceMs: 1_000,
  quietLimitMs: 60_000,
  sweepMs: 500,
  drainMs: 10_000,
};

/** For whom a connection is wanted, and as whom it logs in. */
export interface PoolIdentity {
  /** The key of the tenant scope. */
  readonly key: string;
  readonly target: DatabaseTarget;
}

export function isSameAccount(a: DatabaseTarget, b: DatabaseTarget): boolean {
  return a.database === b.database && a.user === b.user && a.password === b.password;
}

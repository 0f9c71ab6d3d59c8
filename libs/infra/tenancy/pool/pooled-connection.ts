import type { Duplex } from 'node:stream';
import { type Connection, createConnection } from 'mysql2';
import { addressOptions, driverOptions } from '@jala/infra/central-db';
import type { PoolIdentity } from './pool-options';
import { SessionState } from './session-state';

const FAREWELL_MS = 1_000;

/** One connection to one database host, and as whom it is logged in at the moment. */
export class PooledConnection {
  readonly session = new SessionState();
  lastUsed = Date.now();
  private dead = false;

  private constructor(
    readonly raw: Connection,
    private loggedIn: PoolIdentity,
    private readonly onDeath: (connection: PooledConnection) => void,
  ) {
    const died = () => this.die();
    raw.on('error', died);
    raw.on('end', died);
  }

  static async open(identity: PoolIdentity, timeoutMs: number, onDeath: (connection: PooledConnection) => void): Promise<PooledConnection> {
    const { user, password, database } = identity.target;
    const raw = createConnection({
      ...addressOptions(identity.target),
      user,
      password,
      database,
      connectTimeout: timeoutMs,
      enableKeepAlive: true,
      keepAliveInitialDelay: 30_000,
      ...driverOptions,
    });
    // Errors between here and the first listener of the instance would end the process.
    raw.on('error', () => undefined);
    try {
      await within(timeoutMs, 'connect', (done) => raw.connect(done));
    } catch (error) {
      cut(raw);
      throw error;
    }
    return new PooledConnection(raw, identity, onDeath);
  }

  get identity(): PoolIdentity {
    return this.loggedIn;
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** Logs in again, also as the same user: that ends transactions, locks, variables and temporary tables. */
  async logIn(identity: PoolIdentity, timeoutMs: number): Promise<void> {
    const { user, password, database } = identity.target;
    await within(timeoutMs, 'change user', (done) => this.raw.changeUser({ user, password, database }, done));
    this.loggedIn = identity;
    this.session.reset();
  }

  async ping(timeoutMs: number): Promise<void> {
    await within(timeoutMs, 'ping', (done) => this.raw.ping(done));
  }

  /** Without a farewell: for a connection that is broken or whose state nobody knows. Queries under way fail. */
  destroy(): void {
    this.dead = true;
    cut(this.raw);
  }

  /** With one, for a connection that is idle. */
  close(): void {
    this.dead = true;
    const timer = setTimeout(() => cut(this.raw), FAREWELL_MS).unref();
    this.raw.end(() => clearTimeout(timer));
  }

  private die(): void {
    if (this.dead) return;
    this.dead = true;
    cut(this.raw);
    this.onDeath(this);
  }
}

/**
 * mysql2's own destroy() only says goodbye: the server finishes what it is doing, and a server that is gone keeps the socket open.
 * With an error on the socket everything that waits for an answer learns it at once.
 */
function cut(raw: Connection): void {
  const { stream } = raw as unknown as { stream: Duplex };
  if (!stream.destroyed) stream.destroy(Object.assign(new Error('The connection was closed.'), { code: 'PROTOCOL_CONNECTION_LOST' }));
}

class HandshakeTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

function within(timeoutMs: number, what: string, start: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new HandshakeTimeout(`The database did not answer within ${timeoutMs} ms (${what}).`)),
      timeoutMs,
    );
    start((error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
}

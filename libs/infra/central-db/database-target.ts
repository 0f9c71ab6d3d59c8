import { isIP } from 'node:net';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise';
import { driverOptions } from './driver-options';

/** A database server and an account on it. */
export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
  /** Preferred over host and port when set. */
  readonly socket?: string;
  readonly user: string;
  readonly password: string;
  /** PEM. When set, the connection uses TLS and the server must prove itself against it. */
  readonly tlsCa?: string;
}

export interface DatabaseTarget extends DatabaseServer {
  readonly database: string;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tlsCa?: string;
}

/**
 * TLS over a socket file would protect nothing and some servers refuse it. A server named by its address is known by the authority
 * alone, which is its own; a server with a name must also carry that name.
 */
export function addressOptions({
  host,
  port,
  socket,
  tlsCa,
}: ServerAddress): Pick<ConnectionOptions, 'host' | 'port' | 'socketPath' | 'ssl'> {
  if (socket !== undefined) return { socketPath: socket };
  if (tlsCa === undefined) return { host, port };
  return { host, port, ssl: { ca: tlsCa, minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: isIP(host) === 0 } };
}

/** A connection of one's own, for work that is not a request: migrations, provisioning, checks. Close it. */
export function connectTo(
  target: DatabaseServer & { readonly database?: string },
  options: Pick<ConnectionOptions, 'multipleStatements'> = {},
): Promise<Connection> {
  const { user, password, database } = target;
  return createConnection({ ...addressOptions(target), user, password, database, connectTimeout: 10_000, ...driverOptions, ...options });
}

export async function withConnection<T>(
  target: DatabaseServer & { readonly database?: string },
  fn: (connection: Connection) => Promise<T>,
  options: Pick<ConnectionOptions, 'multipleStatements'> = {},
): Promise<T> {
  const connection = await connectTo(target, options);
  try {
    return await fn(connection);
  } finally {
    // Not end(): that waits for an answer which a dead server never gives.
    connection.destroy();
  }
}

import { DomainError } from '@jala/contracts';

export interface PooledConnection {
  release(): void;
}

/** The part of TypeORM's driver that every query and transaction gets its connection from. */
export interface ConnectionSource {
  obtainMasterConnection(): Promise<PooledConnection>;
}

/**
 * mysql2 lets everybody wait for as long as it takes: where a pool is used up by something that hangs, every request hangs.
 * From now on whoever has waited for so long gets DomainError BUSY; the connection that comes too late goes back at once.
 */
export function limitWaiting(source: ConnectionSource, timeoutMs: number): void {
  const obtain = source.obtainMasterConnection.bind(source);
  source.obtainMasterConnection = () =>
    new Promise((resolve, reject) => {
      let gaveUp = false;
      const deadline = setTimeout(() => {
        gaveUp = true;
        reject(new DomainError('BUSY', { retryAfterSeconds: 1 }));
      }, timeoutMs);
      obtain().then(
        (connection) => {
          clearTimeout(deadline);
          if (gaveUp) connection.release();
          else resolve(connection);
        },
        (error: unknown) => {
          clearTimeout(deadline);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
}

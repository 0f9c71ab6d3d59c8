import type { Connection } from 'mysql2/promise';
import { connectTo, type DatabaseServer } from './database-target';

/** What MariaDB allows for the name of a lock. */
const MAX_NAME = 64;
/** A database that takes longer is as good as away. */
const ANSWER_MS = 5_000;

/**
 * A lock that one process keeps for as long as it works, on a connection of its own: whoever is killed loses it at once, whoever is
 * only paused keeps it.
 */
export class HeldLock {
  private connection?: Connection;
  private asked?: Promise<boolean>;

  constructor(
    private readonly server: DatabaseServer,
    private readonly name: string,
  ) {
    if (name.length > MAX_NAME) throw new RangeError(`the name of a lock has at most ${MAX_NAME} characters`);
  }

  /**
   * Whether it is ours, asked for when it is not. Rejects while the database is away: then it is nobody's. Several who ask at once
   * share one question: each would open a connection, and one that nobody knows any more would keep the lock from everybody.
   */
  isHeld(): Promise<boolean> {
    return (this.asked ??= this.ask().finally(() => (this.asked = undefined)));
  }

  release(): void {
    this.connection?.destroy();
    this.connection = undefined;
  }

  private async ask(): Promise<boolean> {
    try {
      const connection = (this.connection ??= await this.connect());
      const [rows] = await connection.query({
        sql: 'SELECT IS_USED_LOCK(?) <=> CONNECTION_ID() OR GET_LOCK(?, 0) = 1 AS held',
        values: [this.name, this.name],
        timeout: ANSWER_MS,
      });
      return Number((rows as { held: number | null }[])[0]?.held) === 1;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  private async connect(): Promise<Connection> {
    const connection = await connectTo(this.server);
    // Found out at the next question.
    connection.on('error', () => undefined);
    return connection;
  }
}

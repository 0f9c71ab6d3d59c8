import type { LoginRecord } from './login-line';

/** Adds to the login history of one tenant: all of them or, when it fails, none. */
export type LoginSink = (records: readonly LoginRecord[]) => Promise<void>;

/** Where the login history goes. */
export abstract class LoginStore {
  /**
   * By the name of its database. Rejects while nobody can tell.
   * @returns undefined when no tenant uses it (any more)
   */
  abstract sinkOf(database: string): Promise<LoginSink | undefined>;
  /** Adds to the number of refused logins by word, over all tenants. */
  abstract countRejects(counts: ReadonlyMap<string, number>): Promise<void>;
}

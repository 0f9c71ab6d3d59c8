import type { LoginRecord } from './login-line';

/** The login history of one tenant. */
export interface LoginSink {
  /** The database server it is on. While one does not answer, no tenant on it is tried. */
  readonly server: string;
  /** All of them or, when it fails, none. */
  readonly add: (records: readonly LoginRecord[]) => Promise<void>;
}

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

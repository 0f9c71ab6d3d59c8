import type { SqlDatabase } from '@jala/infra/audit';

export interface NewRefreshToken {
  readonly accountId: number;
  readonly family: string;
  readonly tokenHash: Buffer;
  readonly expiresAt: Date;
  readonly sessionStartedAt: Date;
  readonly createdAt: Date;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface RefreshToken extends NewRefreshToken {
  readonly id: number;
  readonly replacedByHash: Buffer | null;
  readonly rotatedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A login that is still good, as its owner sees it. */
export interface Session {
  readonly id: string;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

interface Row {
  id: number | string;
  account_id: number | string;
  family: string;
  token_hash: Buffer;
  replaced_by_hash: Buffer | null;
  rotated_at: Date | null;
  revoked_at: Date | null;
  expires_at: Date;
  session_started_at: Date;
  ip: string | null;
  user_agent: string | null;
  created_at: Date;
}

/** The refresh tokens of one side. Only hashes are kept: who reads the table cannot log in with it. */
export class RefreshTokensRepository {
  constructor(private readonly database: SqlDatabase) {}

  async insert(token: NewRefreshToken): Promise<void> {
    await this.database.query(
      `INSERT INTO refresh_tokens (account_id, family, token_hash, expires_at, session_started_at, ip, user_agent, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        token.accountId,
        token.family,
        token.tokenHash,
        token.expiresAt,
        token.sessionStartedAt,
        token.ip,
        token.userAgent?.slice(0, 255) ?? null,
        token.createdAt,
      ],
    );
  }

  /** Locked: of two requests with one token, the second sees what the first has done. */
  async lockByHash(tokenHash: Buffer): Promise<RefreshToken | undefined> {
    const rows = await this.database.query<Row[]>('SELECT * FROM refresh_tokens WHERE token_hash = ? FOR UPDATE', [tokenHash]);
    return rows.map(toToken)[0];
  }

  async markRotated(id: number, replacedByHash: Buffer, at: Date): Promise<void> {
    await this.database.query('UPDATE refresh_tokens SET rotated_at = ?, replaced_by_hash = ? WHERE id = ?', [at, replacedByHash, id]);
  }

  /** True when a session of this account was ended by it. */
  async revokeFamily(accountId: number, family: string, at: Date): Promise<boolean> {
    const { affectedRows } = await this.database.query<{ affectedRows: number }>(
      'UPDATE refresh_tokens SET revoked_at = ? WHERE account_id = ? AND family = ? AND revoked_at IS NULL',
      [at, accountId, family],
    );
    return affectedRows > 0;
  }

  async revokeAll(accountId: number, at: Date, exceptFamily: string | null = null): Promise<void> {
    await this.database.query(
      "UPDATE refresh_tokens SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL AND family <> COALESCE(?, '')",
      [at, accountId, exceptFamily],
    );
  }

  async isLive(accountId: number, family: string, now: Date): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `SELECT 1 FROM refresh_tokens
        WHERE family = ? AND account_id = ? AND rotated_at IS NULL AND revoked_at IS NULL AND expires_at > ? LIMIT 1`,
      [family, accountId, now],
    );
    return rows.length > 0;
  }

  /** The one unrotated token of each family says where and when the session was last used. */
  async sessionsOf(accountId: number, now: Date): Promise<Session[]> {
    const rows = await this.database.query<Row[]>(
      `SELECT * FROM refresh_tokens
        WHERE account_id = ? AND rotated_at IS NULL AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id DESC`,
      [accountId, now],
    );
    return rows.map((row) => ({
      id: row.family,
      startedAt: row.session_started_at,
      lastUsedAt: row.created_at,
      ip: row.ip,
      userAgent: row.user_agent,
    }));
  }

  async deleteOf(accountId: number): Promise<void> {
    await this.database.query('DELETE FROM refresh_tokens WHERE account_id = ?', [accountId]);
  }

  /** Rotated tokens stay until they would have expired: until then their reuse is a sign of theft. */
  async deleteExpired(accountId: number, now: Date): Promise<void> {
    await this.database.query('DELETE FROM refresh_tokens WHERE account_id = ? AND expires_at < ?', [accountId, now]);
  }

  async purgeExpired(now: Date): Promise<void> {
    await this.database.query('DELETE FROM refresh_tokens WHERE expires_at < ?', [now]);
  }
}

function toToken(row: Row): RefreshToken {
  return {
    id: Number(row.id),
    accountId: Number(row.account_id),
    family: row.family,
    tokenHash: row.token_hash,
    replacedByHash: row.replaced_by_hash,
    rotatedAt: row.rotated_at,
    revokedAt: row.revoked_at,
    expiresAt: row.expires_at,
    sessionStartedAt: row.session_started_at,
    createdAt: row.created_at,
    ip: row.ip,
    userAgent: row.user_agent,
  };
}

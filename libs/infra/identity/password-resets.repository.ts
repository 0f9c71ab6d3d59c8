import type { SqlDatabase } from '@jala/infra/audit';

export type ResetPurpose = 'reset' | 'invite';

export interface PasswordReset {
  readonly id: number;
  readonly accountId: number;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

interface Row {
  id: number | string;
  account_id: number | string;
  expires_at: Date;
  used_at: Date | null;
}

/** Links with which a person chooses a password. Only their hashes are kept. */
export class PasswordResetsRepository {
  constructor(private readonly database: SqlDatabase) {}

  async insert(reset: { accountId: number; tokenHash: Buffer; purpose: ResetPurpose; expiresAt: Date; createdAt: Date }): Promise<void> {
    await this.database.query(
      'INSERT INTO password_resets (account_id, token_hash, purpose, expires_at, created_at) VALUES (?, ?, ?, ?, ?)',
      [reset.accountId, reset.tokenHash, reset.purpose, reset.expiresAt, reset.createdAt],
    );
  }

  async lockByHash(tokenHash: Buffer): Promise<PasswordReset | undefined> {
    const rows = await this.database.query<Row[]>(
      'SELECT id, account_id, expires_at, used_at FROM password_resets WHERE token_hash = ? FOR UPDATE',
      [tokenHash],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      accountId: Number(row.account_id),
      expiresAt: row.expires_at,
      usedAt: row.used_at,
    }))[0];
  }

  /** Ends every link of the account: the one just used and those never used. */
  async useAll(accountId: number, at: Date): Promise<void> {
    await this.database.query('UPDATE password_resets SET used_at = ? WHERE account_id = ? AND used_at IS NULL', [at, accountId]);
  }

  async purgeBefore(at: Date): Promise<void> {
    await this.database.query('DELETE FROM password_resets WHERE expires_at < ?', [at]);
  }

  async deleteOf(accountId: number): Promise<void> {
    await this.database.query('DELETE FROM password_resets WHERE account_id = ?', [accountId]);
  }
}

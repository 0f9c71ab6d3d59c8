import { DomainError, LOCALES, type Page, type PageRequest } from '@jala/contracts';
import type { SqlDatabase } from '@jala/infra/audit';
import { containsPattern, duplicateKeyOf, sortColumn } from '@jala/infra/central-db';
import type { Account, AccountChanges, NewAccount } from './account';

export interface AccountFilter {
  readonly role?: string;
  readonly active?: boolean;
}

interface Row {
  id: number | string;
  name: string;
  email: string;
  password_hash: string | null;
  role: string;
  locale: string;
  active: number | boolean;
  two_factor_secret_enc: string | null;
  two_factor_enabled_at: Date | null;
  recovery_code_hashes: unknown;
  session_version: number;
  failed_logins: number;
  locked_until: Date | null;
  last_login_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS: Record<keyof AccountChanges, string> = {
  name: 'name',
  email: 'email',
  passwordHash: 'password_hash',
  role: 'role',
  locale: 'locale',
  active: 'active',
  twoFactorSecret: 'two_factor_secret_enc',
  twoFactorEnabledAt: 'two_factor_enabled_at',
  twoFactorLastStep: 'two_factor_last_step',
  recoveryCodeHashes: 'recovery_code_hashes',
  sessionVersion: 'session_version',
  failedLogins: 'failed_logins',
  lockedUntil: 'locked_until',
  lastLoginAt: 'last_login_at',
};

const SORTABLE: Record<string, string> = {
  name: 'name',
  email: 'email',
  role: 'role',
  created_at: 'created_at',
  last_login_at: 'last_login_at',
};

/** The accounts of one side. `platform_users` and a tenant's `staff` have the same columns. */
export class AccountsRepository {
  constructor(
    private readonly database: SqlDatabase,
    private readonly table: 'platform_users' | 'staff',
  ) {}

  async findById(id: number, { lock = false } = {}): Promise<Account | undefined> {
    const rows = await this.database.query<Row[]>(`SELECT * FROM ${this.table} WHERE id = ?${lock ? ' FOR UPDATE' : ''}`, [id]);
    return rows.map(toAccount)[0];
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const rows = await this.database.query<Row[]>(`SELECT * FROM ${this.table} WHERE email = ?`, [email]);
    return rows.map(toAccount)[0];
  }

  async list(filter: AccountFilter, page: PageRequest): Promise<Page<Account>> {
    const conditions = ['1 = 1'];
    const params: unknown[] = [];
    if (filter.role !== undefined) {
      conditions.push('role = ?');
      params.push(filter.role);
    }
    if (filter.active !== undefined) {
      conditions.push('active = ?');
      params.push(filter.active);
    }
    if (page.search) {
      conditions.push('(name LIKE ? OR email LIKE ?)');
      params.push(containsPattern(page.search), containsPattern(page.search));
    }
    const where = conditions.join(' AND ');
    const column = sortColumn(SORTABLE, page.sort) ?? 'name';
    const direction = page.order === 'desc' ? 'DESC' : 'ASC';
    const rows = await this.database.query<Row[]>(
      `SELECT * FROM ${this.table} WHERE ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ? OFFSET ?`,
      [...params, page.perPage, (page.page - 1) * page.perPage],
    );
    const [count] = await this.database.query<{ total: number | string }[]>(
      `SELECT COUNT(*) AS total FROM ${this.table} WHERE ${where}`,
      params,
    );
    return { rows: rows.map(toAccount), total: Number(count?.total ?? 0) };
  }

  /** @throws DomainError STAFF_EMAIL_TAKEN */
  async insert(account: NewAccount, createdAt: Date): Promise<number> {
    const { insertId } = await this.taken(() =>
      this.database.query<{ insertId: number | string }>(
        `INSERT INTO ${this.table} (name, email, password_hash, role, locale, active, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [account.name, account.email, account.passwordHash, account.role, account.locale, account.active, createdAt],
      ),
    );
    return Number(insertId);
  }

  /** @throws DomainError STAFF_EMAIL_TAKEN */
  async update(id: number, changes: AccountChanges): Promise<void> {
    const entries = Object.entries(changes).filter(([, value]) => value !== undefined) as [keyof AccountChanges, unknown][];
    if (entries.length === 0) return;
    const assignments = entries.map(([name]) => `${COLUMNS[name]} = ?`).join(', ');
    const values = entries.map(([, value]) => (Array.isArray(value) ? JSON.stringify(value) : value));
    await this.taken(() => this.database.query(`UPDATE ${this.table} SET ${assignments} WHERE id = ?`, [...values, id]));
  }

  async delete(id: number): Promise<void> {
    await this.database.query(`DELETE FROM ${this.table} WHERE id = ?`, [id]);
  }

  /** Locks them, so that two people cannot each remove the other of the last two. */
  async lockActiveIds(role: string): Promise<number[]> {
    const rows = await this.database.query<{ id: number | string }[]>(
      `SELECT id FROM ${this.table} WHERE role = ? AND active = TRUE ORDER BY id FOR UPDATE`,
      [role],
    );
    return rows.map(({ id }) => Number(id));
  }

  /** False when the code of this step, or of a later one, has been used (RFC 6238 §5.2). Decided by the row, not by what was read before. */
  async consumeTwoFactorStep(id: number, step: number): Promise<boolean> {
    const { affectedRows } = await this.database.query<{ affectedRows: number }>(
      `UPDATE ${this.table} SET two_factor_last_step = ? WHERE id = ? AND (two_factor_last_step IS NULL OR two_factor_last_step < ?)`,
      [step, id, step],
    );
    return affectedRows === 1;
  }

  /** Every sealed two-factor secret, for changing the key. */
  async sealedSecrets(): Promise<{ id: number; sealed: string }[]> {
    const rows = await this.database.query<{ id: number | string; sealed: string }[]>(
      `SELECT id, two_factor_secret_enc AS sealed FROM ${this.table} WHERE two_factor_secret_enc IS NOT NULL`,
    );
    return rows.map(({ id, sealed }) => ({ id: Number(id), sealed }));
  }

  /** False when the secret was replaced meanwhile: the newer one stays. */
  async replaceSealedSecret(id: number, before: string, after: string): Promise<boolean> {
    const { affectedRows } = await this.database.query<{ affectedRows: number }>(
      `UPDATE ${this.table} SET two_factor_secret_enc = ? WHERE id = ? AND two_factor_secret_enc = ?`,
      [after, id, before],
    );
    return affectedRows === 1;
  }

  private async taken<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      throw duplicateKeyOf(error)?.endsWith('_email') ? new DomainError('STAFF_EMAIL_TAKEN', {}, undefined, { cause: error }) : error;
    }
  }
}

function toAccount(row: Row): Account {
  const codes: unknown = typeof row.recovery_code_hashes === 'string' ? JSON.parse(row.recovery_code_hashes) : row.recovery_code_hashes;
  return {
    id: Number(row.id),
    name: row.name,
    email: row.email,
    passwordHash: row.password_hash,
    role: row.role,
    locale: LOCALES.find((locale) => locale === row.locale) ?? 'en',
    active: Boolean(row.active),
    twoFactorSecret: row.two_factor_secret_enc,
    twoFactorEnabledAt: row.two_factor_enabled_at,
    recoveryCodeHashes: Array.isArray(codes) ? codes.map(String) : [],
    sessionVersion: row.session_version,
    failedLogins: row.failed_logins,
    lockedUntil: row.locked_until,
    lastLoginAt: row.last_login_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

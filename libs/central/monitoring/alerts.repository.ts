import { Injectable } from '@nestjs/common';
import { type Locale, LOCALES, type Page, type PageRequest, PLATFORM_ROLE_PERMISSIONS, PLATFORM_ROLES } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import type { Recipient } from '@jala/infra/mail';
import type { Finding } from './alert.rules';
import type { AlertKind, AlertSubject } from './alert.types';

export interface Alert extends AlertSubject {
  readonly id: number;
  readonly details: Readonly<Record<string, string | number | null>>;
  readonly raisedAt: Date;
  /** Null while it lasts. */
  readonly resolvedAt: Date | null;
}

interface Row {
  id: number | string;
  kind: AlertKind;
  subject: string;
  details: string | Alert['details'];
  raisedAt: Date;
  resolvedAt: Date | null;
}

const COLUMNS = 'id, kind, subject, details, raised_at AS raisedAt, resolved_at AS resolvedAt';
const WATCHERS = PLATFORM_ROLES.filter((role) => PLATFORM_ROLE_PERMISSIONS[role].includes('monitoring.view'));

@Injectable()
export class AlertsRepository {
  constructor(private readonly db: CentralDatabase) {}

  /** @returns whether it is new: an open alert for the same thing stays as it is */
  async raise({ kind, subject, details }: Finding, at: Date): Promise<boolean> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>(
      'INSERT IGNORE INTO alerts (kind, subject, details, raised_at) VALUES (?, ?, ?, ?)',
      [kind, subject, JSON.stringify(details), at],
    );
    return affectedRows === 1;
  }

  /** @returns whether there was one, which this call has ended */
  async resolve({ kind, subject }: AlertSubject, at: Date): Promise<boolean> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>(
      'UPDATE alerts SET resolved_at = ? WHERE kind = ? AND subject = ? AND resolved_at IS NULL',
      [at, kind, subject],
    );
    return affectedRows > 0;
  }

  /** Open ones stay, however old. @returns how many went */
  async forget(resolvedBefore: Date): Promise<number> {
    const { affectedRows } = await this.db.query<{ affectedRows: number }>('DELETE FROM alerts WHERE resolved_at < ?', [resolvedBefore]);
    return affectedRows;
  }

  async open(): Promise<Alert[]> {
    return (await this.db.query<Row[]>(`SELECT ${COLUMNS} FROM alerts WHERE resolved_at IS NULL ORDER BY raised_at DESC, id DESC`)).map(
      toAlert,
    );
  }

  async list({ page, perPage }: PageRequest): Promise<Page<Alert>> {
    const rows = await this.db.query<Row[]>(
      `SELECT ${COLUMNS} FROM alerts ORDER BY (resolved_at IS NULL) DESC, raised_at DESC, id DESC LIMIT ? OFFSET ?`,
      [perPage, (page - 1) * perPage],
    );
    const [count] = await this.db.query<{ total: number }[]>('SELECT COUNT(*) AS total FROM alerts');
    return { rows: rows.map(toAlert), total: Number(count?.total ?? 0) };
  }

  /** Those who may see the monitoring. */
  async recipients(): Promise<Recipient[]> {
    const rows = await this.db.query<{ name: string; email: string; locale: string }[]>(
      'SELECT name, email, locale FROM platform_users WHERE active AND role IN (?) ORDER BY id',
      [WATCHERS],
    );
    return rows.map(({ name, email, locale }) => ({
      name,
      email,
      locale: LOCALES.find((known): known is Locale => known === locale) ?? 'en',
    }));
  }
}

const toAlert = (row: Row): Alert => ({
  ...row,
  id: Number(row.id),
  details: typeof row.details === 'string' ? (JSON.parse(row.details) as Alert['details']) : row.details,
});

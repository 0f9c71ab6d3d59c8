import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';
import { TenantScope } from '@jala/infra/tenancy';

export interface DevMail {
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly createdAt: Date;
}

/** The local outbox is a desk drawer, not an archive. */
const KEPT = 1_000;

@Injectable()
export class DevMailsRepository {
  constructor(private readonly central: CentralDatabase) {}

  /** As a mail of the tenant in whose scope it is sent, or of the platform. */
  async insert(mail: Pick<DevMail, 'to' | 'subject' | 'text' | 'html'>): Promise<void> {
    const { insertId } = await this.central.query<{ insertId: number | string }>(
      'INSERT INTO dev_mails (tenant_id, recipient, subject, text_body, html_body) VALUES (?, ?, ?, ?, ?)',
      [TenantScope.peek()?.id ?? null, mail.to, mail.subject.slice(0, 255), mail.text, mail.html],
    );
    await this.central.query('DELETE FROM dev_mails WHERE id <= ?', [Number(insertId) - KEPT]);
  }

  /** On a tenant's host the tenant's own; on the platform's, those of everybody. */
  async latest(limit: number): Promise<DevMail[]> {
    const tenant = TenantScope.peek();
    const rows = await this.central.query<
      { id: number | string; recipient: string; subject: string; text_body: string; html_body: string; created_at: Date }[]
    >(
      'SELECT id, recipient, subject, text_body, html_body, created_at FROM dev_mails WHERE ? IS NULL OR tenant_id = ? ORDER BY id DESC LIMIT ?',
      [tenant?.id ?? null, tenant?.id ?? null, limit],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      to: row.recipient,
      subject: row.subject,
      text: row.text_body,
      html: row.html_body,
      createdAt: row.created_at,
    }));
  }
}

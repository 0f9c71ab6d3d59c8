import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';

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

  async insert(mail: Pick<DevMail, 'to' | 'subject' | 'text' | 'html'>): Promise<void> {
    const { insertId } = await this.central.query<{ insertId: number | string }>(
      'INSERT INTO dev_mails (recipient, subject, text_body, html_body) VALUES (?, ?, ?, ?)',
      [mail.to, mail.subject.slice(0, 255), mail.text, mail.html],
    );
    await this.central.query('DELETE FROM dev_mails WHERE id <= ?', [Number(insertId) - KEPT]);
  }

  async latest(limit: number): Promise<DevMail[]> {
    const rows = await this.central.query<
      { id: number | string; recipient: string; subject: string; text_body: string; html_body: string; created_at: Date }[]
    >('SELECT id, recipient, subject, text_body, html_body, created_at FROM dev_mails ORDER BY id DESC LIMIT ?', [limit]);
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

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import type { AppConfig } from '@jala/infra/config';
import type { DevMailsRepository } from './dev-mails.repository';
import type { RenderedMail } from './mail-rendering';

export interface OutgoingMail extends RenderedMail {
  readonly to: string;
  /** Shown as the sender's name; the address is the platform's. */
  readonly brand: string;
  /** Same for every attempt, so that a mail that was accepted twice is recognised as one. */
  readonly messageId: string;
}

export abstract class MailTransport {
  /** @throws when the mail was not accepted; `isPermanent` says whether trying again can help. */
  abstract send(mail: OutgoingMail): Promise<void>;
}

/** A refusal of this very mail (RFC 5321 §4.2.1: 5yz), such as an unknown mailbox. A refused login is not one: that is ours to repair. */
export function isPermanent(error: unknown): boolean {
  const { responseCode, code } = (error ?? {}) as { responseCode?: unknown; code?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH';
}

const ADDRESS = /^\s*(?:(.*?)\s*<([^<>\s]+@[^<>\s]+)>|([^<>\s]+@[^<>\s]+))\s*$/;

export function addressOf(from: string): string {
  const match = ADDRESS.exec(from);
  const address = match?.[2] ?? match?.[3];
  if (!address) throw new Error('MAIL_FROM is not a mail address');
  return address;
}

@Injectable()
export class SmtpTransport extends MailTransport implements OnApplicationShutdown {
  private readonly transporter: Transporter;
  private readonly address: string;

  constructor(mail: AppConfig['mail']) {
    super();
    const { host, port, secure, account } = mail.smtp;
    this.address = addressOf(mail.from);
    this.transporter = createTransport({
      host,
      port,
      secure,
      // Credentials never go over an open line, whatever the server offers.
      requireTLS: !secure && account !== undefined,
      ...(account ? { auth: { user: account.user, pass: account.password } } : {}),
      pool: true,
      maxConnections: 2,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: OutgoingMail): Promise<void> {
    await this.transporter.sendMail({
      from: { name: mail.brand, address: this.address },
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: `<${mail.messageId}@${this.address.split('@')[1] ?? 'localhost'}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }

  onApplicationShutdown(): void {
    this.transporter.close();
  }
}

/** Where no mail server is configured, mails land in a table, and the outbox page shows them. */
export class LocalTransport extends MailTransport {
  constructor(private readonly mails: DevMailsRepository) {
    super();
  }

  async send(mail: OutgoingMail): Promise<void> {
    await this.mails.insert(mail);
  }
}

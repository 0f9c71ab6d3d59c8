import { Injectable, Logger } from '@nestjs/common';
import type { Actor, Page, PageRequest } from '@jala/contracts';
import { CentralDatabase } from '@jala/infra/central-db';
import { Mailer } from '@jala/infra/mail';
import { alertKey, type Finding, type Judgement } from './alert.rules';
import { type Alert, AlertsRepository } from './alerts.repository';

/** What is wrong with the platform, told once to those who look after it, and once more when it is over. */
@Injectable()
export class AlertsService {
  private readonly logger = new Logger(AlertsService.name);

  constructor(
    private readonly db: CentralDatabase,
    private readonly alerts: AlertsRepository,
    private readonly mailer: Mailer,
  ) {}

  async open(_actor: Actor): Promise<Alert[]> {
    return this.alerts.open();
  }

  async list(_actor: Actor, request: PageRequest): Promise<Page<Alert>> {
    return this.alerts.list(request);
  }

  async apply({ raise, resolve }: Pick<Judgement, 'raise' | 'resolve'>, at: Date): Promise<void> {
    if (raise.length + resolve.length === 0) return;
    const open = new Set((await this.alerts.open()).map(alertKey));
    for (const finding of raise.filter((one) => !open.has(alertKey(one))))
      await this.change(finding, 'raised', at, () => this.alerts.raise(finding, at));
    for (const finding of resolve.filter((one) => open.has(alertKey(one))))
      await this.change(finding, 'resolved', at, () => this.alerts.resolve(finding, at));
  }

  /** The mails are asked for in the transaction of the change: nobody is told twice, and nobody is forgotten. */
  private async change(finding: Finding, state: 'raised' | 'resolved', at: Date, write: () => Promise<boolean>): Promise<void> {
    const changed = await this.db.transaction(async () => {
      if (!(await write())) return false;
      for (const recipient of await this.alerts.recipients()) {
        await this.mailer.enqueue(recipient, 'platform-alert', {
          name: recipient.name,
          brand: 'Jala',
          kind: finding.kind,
          subject: finding.subject,
          state,
          age_s: numberOf(finding.details['age_s']),
          bytes: numberOf(finding.details['bytes']),
          link_sealed: this.mailer.sealedLoginLink(),
          at: at.toISOString(),
          timezone: this.mailer.timezone,
        });
      }
      return true;
    });
    if (!changed) return;
    const { kind, subject, details } = finding;
    this.logger.warn(`alert ${state}: ${kind}${subject && ` (${subject})`}`, { ...details });
  }
}

const numberOf = (value: string | number | null | undefined): number | null => (typeof value === 'number' ? value : null);

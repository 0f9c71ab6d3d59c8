import { Injectable } from '@nestjs/common';
import { Mailer } from '@jala/infra/mail';
import { type JobPayload, Outbox } from '@jala/infra/queue';
import { TenantSetup } from '@jala/infra/tenancy';
import type { Tenant } from './tenant.entity';

/** How long the link in an invitation works; the tenant side decides it, the mail only says it. */
const INVITATION_DAYS = 7;

/** The first mail to an owner: a link to choose a password, or the way to the login for one who has chosen already. */
@Injectable()
export class WelcomeMails {
  constructor(
    private readonly setup: TenantSetup,
    private readonly mailer: Mailer,
    private readonly outbox: Outbox,
  ) {}

  /** Must be called in the tenant's scope. Each time an invitation is prepared the link of the one before stops working. */
  async prepare(tenant: Tenant): Promise<JobPayload<'mail.send'>> {
    const to = { tenantId: tenant.id, to: tenant.ownerEmail, locale: tenant.locale };
    const common = { name: tenant.ownerName, brand: tenant.name };
    if (tenant.ownerPasswordHash !== null) {
      return { ...to, template: 'welcome', params: { ...common, link_sealed: this.mailer.sealedLoginLink() } };
    }
    const token = await this.setup.inviteOwner(tenant.ownerEmail);
    return {
      ...to,
      template: 'invitation',
      params: { ...common, link_sealed: this.mailer.sealedPasswordLink(token), valid_days: INVITATION_DAYS },
    };
  }

  /** In the central outbox, whose transaction also says that the tenant is ready. */
  async send(mail: JobPayload<'mail.send'>): Promise<void> {
    await this.outbox.enqueue('mail.send', mail);
  }
}

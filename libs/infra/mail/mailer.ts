import { Injectable } from '@nestjs/common';
import type { Locale } from '@jala/contracts';
import { SecretBox } from '@jala/infra/crypto';
import { Outbox, TenantOutbox } from '@jala/infra/queue';
import { TenantScope } from '@jala/infra/tenancy';
import type { MailParams, MailTemplate } from './mail-templates';
import { PublicLinks } from './public-links';

export const LINK_PURPOSE = 'mail:link';

export interface Recipient {
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
}

/** The only way a mail leaves: an outbox row in the transaction of whatever the mail tells about. */
@Injectable()
export class Mailer {
  constructor(
    private readonly central: Outbox,
    private readonly tenant: TenantOutbox,
    private readonly secrets: SecretBox,
    private readonly links: PublicLinks,
  ) {}

  async enqueue<T extends MailTemplate>(to: Recipient, template: T, params: MailParams[T]): Promise<void> {
    const scope = TenantScope.peek();
    const payload = { to: to.email, template, locale: to.locale, params: { ...params } };
    if (scope) await this.tenant.enqueue('mail.send', { ...payload, tenantId: scope.id });
    else await this.central.enqueue('mail.send', payload);
  }

  /** A link with the token, on the host of the current side, as it may stand in a job. */
  sealedPasswordLink(token: string): string {
    return this.secrets.seal(this.links.choosePassword(TenantScope.peek()?.slug ?? null, token), LINK_PURPOSE);
  }

  /** The login page of the current side, sealed like every link of a mail. */
  sealedLoginLink(): string {
    return this.secrets.seal(this.links.login(TenantScope.peek()?.slug ?? null), LINK_PURPOSE);
  }

  get timezone(): string {
    return TenantScope.peek()?.timezone ?? 'UTC';
  }
}

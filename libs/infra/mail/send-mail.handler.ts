import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LOCALES, type Locale } from '@jala/contracts';
import { SecretBox } from '@jala/infra/crypto';
import { HandlesJob, type JobContext, JobHandler, type JobPayload, UnrecoverableJobError } from '@jala/infra/queue';
import { DateTime } from 'luxon';
import { LINK_PURPOSE } from './mailer';
import { oneLine, render } from './mail-rendering';
import { type MailContent, type MailTemplate, type MailWords, WORDING } from './mail-templates';
import { isPermanent, MailTransport } from './mail-transport';

const isTemplate = (name: string): name is MailTemplate => Object.hasOwn(WORDING.en, name);

@Injectable()
@HandlesJob('mail.send')
export class SendMailHandler extends JobHandler<'mail.send'> {
  constructor(
    private readonly transport: MailTransport,
    private readonly secrets: SecretBox,
  ) {
    super();
  }

  async handle(payload: JobPayload<'mail.send'>, { jobKey }: JobContext): Promise<void> {
    if (!isTemplate(payload.template)) throw new UnrecoverableJobError(`there is no mail "${payload.template}"`);
    const locale: Locale = LOCALES.find((known) => known === payload.locale) ?? 'en';
    const brand = oneLine(String(payload.params['brand'] ?? 'Jala'));
    const content = this.word(payload.template, locale, payload.params);
    const messageId = createHash('sha256').update(`${jobKey} ${payload.to}`).digest('hex').slice(0, 32);
    try {
      await this.transport.send({ ...render(content, brand, locale), to: payload.to, brand, messageId });
    } catch (error) {
      // The server's answer may quote the mail; what is kept of a failure says only which kind it was.
      const { code, responseCode } = error as { code?: string; responseCode?: number };
      const reason = `the mail server did not take it (${[code, responseCode].filter(Boolean).join(' ') || 'no answer'})`;
      throw isPermanent(error) ? new UnrecoverableJobError(reason) : new Error(reason);
    }
  }

  private word<T extends MailTemplate>(template: T, locale: Locale, params: JobPayload<'mail.send'>['params']): MailContent {
    const { link_sealed: link, at, timezone, ...rest } = params;
    const words = {
      ...rest,
      link: typeof link === 'string' ? this.secrets.open(link, LINK_PURPOSE) : '',
      when: typeof at === 'string' ? inWords(at, String(timezone), locale) : '',
    };
    // The payload has been through JSON; `Mailer.enqueue` is its only writer and typed its parameters.
    return WORDING[locale][template](words as unknown as MailWords<T>);
  }
}

function inWords(instant: string, timezone: string, locale: Locale): string {
  const local = DateTime.fromISO(instant, { zone: timezone });
  const shown = local.isValid ? local : DateTime.fromISO(instant, { zone: 'UTC' });
  return `${shown.setLocale(locale).toFormat('d MMMM yyyy, HH:mm')} (${shown.zoneName ?? 'UTC'})`;
}

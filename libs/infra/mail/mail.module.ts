import { Global, Module } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';
import { DevMailsRepository } from './dev-mails.repository';
import { LocalTransport, MailTransport, SmtpTransport } from './mail-transport';
import { Mailer } from './mailer';
import { PublicLinks } from './public-links';
import { SendMailHandler } from './send-mail.handler';

/** For every program: asking for mails, and reading the local outbox. */
@Global()
@Module({ providers: [Mailer, PublicLinks, DevMailsRepository], exports: [Mailer, PublicLinks, DevMailsRepository] })
export class MailModule {}

/** For the worker: sending them. */
@Module({
  providers: [
    SendMailHandler,
    {
      provide: MailTransport,
      inject: [AppConfig, DevMailsRepository],
      useFactory: ({ mail }: AppConfig, mails: DevMailsRepository) =>
        mail.transport === 'smtp' ? new SmtpTransport(mail) : new LocalTransport(mails),
    },
  ],
})
export class MailWorkerModule {}

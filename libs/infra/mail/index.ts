export { type DevMail, DevMailsRepository } from './dev-mails.repository';
export { type MailParams, type MailTemplate, type SecurityEvent } from './mail-templates';
export { MailTransport, type OutgoingMail } from './mail-transport';
export { alertWords } from './alert-words';
export * from './mail.module';
export { Mailer, type Recipient } from './mailer';
export * from './public-links';
export { SendMailHandler } from './send-mail.handler';

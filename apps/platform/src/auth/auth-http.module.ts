import { Module } from '@nestjs/common';
import { DevMailsController } from './dev-mails.controller';
import { MeController } from './me.controller';
import { PasswordsController } from './passwords.controller';
import { RefreshCookie } from './refresh-cookie';
import { SessionsController } from './sessions.controller';

/** Logging in and one's own account, on every host alike. Needs the identity engine, which is global. */
@Module({ controllers: [SessionsController, PasswordsController, MeController, DevMailsController], providers: [RefreshCookie] })
export class AuthHttpModule {}

import { Module } from '@nestjs/common';
import { CoaClient } from './coa/coa-client';
import { LoginsReader } from './logins.repository';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { RouterClients } from './router-clients';
import { SessionsReader } from './sessions.repository';

/** Needs the global modules of configuration, clock and tenancy. */
@Module({
  providers: [RadiusUsersRepository, RadiusWriter, SessionsReader, LoginsReader, RouterClients, CoaClient],
  exports: [RadiusWriter, SessionsReader, LoginsReader, RouterClients, CoaClient],
})
export class RadiusModule {}

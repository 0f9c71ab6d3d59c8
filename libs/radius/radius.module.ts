import { Module } from '@nestjs/common';
import { ArchivedSessions } from './archived-sessions.repository';
import { AccountingUpkeep } from './accounting-upkeep.repository';
import { CoaClient } from './coa/coa-client';
import { DevicesReader } from './devices.repository';
import { HistoryReader } from './history.repository';
import { CoaAttempts } from './coa-attempts.repository';
import { LoginRows } from './login-history/login-rows.repository';
import { LimitsReader } from './limits.repository';
import { LoginsReader } from './logins.repository';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { RadsecFiles } from './radsec-files';
import { RouterClients } from './router-clients';
import { RouterCounters } from './router-counters';
import { RadiusProbe } from './watch/radius-probe';
import { SessionsReader } from './sessions.repository';
import { RouterSignatures } from './signatures.repository';
import { UnknownSourceFiles } from './unknown-source-files';

/** Needs the global modules of configuration, clock and tenancy. */
@Module({
  providers: [
    RadiusUsersRepository,
    RadiusWriter,
    ArchivedSessions,
    SessionsReader,
    LoginsReader,
    HistoryReader,
    RouterClients,
    RadsecFiles,
    RouterCounters,
    RouterSignatures,
    UnknownSourceFiles,
    CoaClient,
    CoaAttempts,
    LimitsReader,
    LoginRows,
    AccountingUpkeep,
    RadiusProbe,
    DevicesReader,
  ],
  exports: [
    RadiusWriter,
    SessionsReader,
    LoginsReader,
    HistoryReader,
    RouterClients,
    RadsecFiles,
    RouterCounters,
    RouterSignatures,
    UnknownSourceFiles,
    CoaClient,
    CoaAttempts,
    LimitsReader,
    LoginRows,
    AccountingUpkeep,
    RadiusProbe,
    DevicesReader,
  ],
})
export class RadiusModule {}

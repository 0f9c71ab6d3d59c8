import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { PlatformAccountStore } from './platform-account.store';
import { PlatformStaffService } from './platform-staff.service';

/** Apart from the use cases, because the identity engine is built on the store and the use cases on the engine. */
@Module({ imports: [CentralActivityModule], providers: [PlatformAccountStore], exports: [PlatformAccountStore] })
export class PlatformAccountsModule {}

@Module({ imports: [PlatformAccountsModule], providers: [PlatformStaffService], exports: [PlatformStaffService] })
export class PlatformStaffModule {}

import { type DynamicModule, Module } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';
import type { EntityClass } from '@jala/infra/central-db';
import { HardenCheck } from './harden/harden-check';
import { TenantPools } from './pool/tenant-pools';
import { TenantCredentials } from './ports';
import { TenantDatabase } from './tenant-database';
import { TenantIterator } from './tenant-iterator';

@Module({})
export class TenancyModule {
  /**
   * Once in a program, with the entities of every tenant feature it loads. The ports `TenantDirectory` and `TenantCredentials`
   * must be provided by a global module.
   */
  static forRoot({ entities }: { entities: readonly EntityClass[] }): DynamicModule {
    return {
      module: TenancyModule,
      global: true,
      providers: [
        {
          provide: TenantPools,
          inject: [AppConfig, TenantCredentials],
          useFactory: (config: AppConfig, credentials: TenantCredentials) => new TenantPools(credentials, config.tenantPool),
        },
        {
          provide: TenantDatabase,
          inject: [TenantPools],
          useFactory: (pools: TenantPools) => TenantDatabase.open(pools, entities),
        },
        TenantIterator,
        HardenCheck,
      ],
      exports: [TenantDatabase, TenantPools, TenantIterator, HardenCheck],
    };
  }
}

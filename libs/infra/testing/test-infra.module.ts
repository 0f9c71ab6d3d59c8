import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, FixedClock } from '@jala/kernel';
import { AppConfig } from '@jala/infra/config';
import { CentralDatabase } from '@jala/infra/central-db';
import { SecretBox } from '@jala/infra/crypto';
import { AppLogger } from '@jala/infra/logging';
import { TenantCredentials, TenantDatabase, TenantDirectory, TenantIterator, TenantPools } from '@jala/infra/tenancy';
import type { TestCentral } from './test-central';
import { testConfig } from './test-config';
import type { TestTenancy } from './test-tenants';

@Module({})
export class TestInfraModule {
  /**
   * Configuration, clock, crypto, logger and the databases of a test in one global module, in place of those of a program:
   * `Test.createTestingModule({ imports: [TestInfraModule.with({ central, tenancy, clock }), CustomersModule] })`.
   */
  static with({ central, tenancy, clock, config }: TestInfra = {}): DynamicModule {
    const appConfig = config ?? central?.config ?? testConfig();
    const values = [
      [AppConfig, appConfig],
      [Clock, clock ?? new FixedClock(new Date('2024-03-15T03:00:00.000Z'))],
      [SecretBox, new SecretBox(appConfig)],
      [AppLogger, new AppLogger(appConfig)],
      ...(central ? [[CentralDatabase, central.database] as const] : []),
      ...(tenancy
        ? ([
            [TenantDatabase, tenancy.database],
            [TenantPools, tenancy.pools],
            [TenantDirectory, tenancy.tenants],
            [TenantCredentials, tenancy.tenants],
            [TenantIterator, new TenantIterator(tenancy.tenants)],
          ] as const)
        : []),
    ] as const;
    const providers = values.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: TestInfraModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

export interface TestInfra {
  readonly central?: TestCentral;
  readonly tenancy?: TestTenancy;
  /** Stands still at 2024-03-15 10:00 in Jakarta when absent. */
  readonly clock?: Clock;
  readonly config?: AppConfig;
}

import { Injectable, Module } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { CentralDatabase } from '@jala/infra/central-db';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { TenantDatabase, TenantIterator } from '@jala/infra/tenancy';
import { IdempotencyKeysRepository } from './idempotency-keys.repository';

/** Longer than any client goes on repeating a request; answers hold generated passwords and are not kept for nothing. */
const KEPT_MS = 24 * 3_600_000;

/** Keys that nobody will send again are forgotten, on the platform and in every tenant. */
@Injectable()
@Schedule({ name: 'idempotency.purge', everyMs: 3_600_000, atStart: true })
export class IdempotencyPurge extends ScheduledTask {
  private readonly keys: IdempotencyKeysRepository;

  constructor(
    central: CentralDatabase,
    tenant: TenantDatabase,
    private readonly tenants: TenantIterator,
    private readonly clock: Clock,
  ) {
    super();
    this.keys = new IdempotencyKeysRepository(central, tenant);
  }

  async run(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    await this.keys.purge(before);
    await this.tenants.run('purge idempotency keys', () => this.keys.purge(before), { concurrency: 2, statuses: ['ready', 'suspended'] });
  }
}

/** For the worker. */
@Module({ providers: [IdempotencyPurge] })
export class IdempotencyWorkerModule {}

import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { TenantIterator } from '@jala/infra/tenancy';
import { type AccountStore, AccountStores } from './account-store';
import { TwoFactor } from './two-factor';

/** Links that came to nothing are kept a while: support is asked about them. */
const KEPT_MS = 30 * 86_400_000;
const WITH_DATABASE = ['ready', 'suspended'] as const;

/** What is done to the accounts of all sides together. */
@Injectable()
export class AccountMaintenance {
  constructor(
    private readonly stores: AccountStores,
    private readonly twoFactor: TwoFactor,
    private readonly tenants: TenantIterator,
    private readonly clock: Clock,
  ) {}

  /** Seals every two-factor secret with the current key. `failed` names the tenants that have to be tried again. */
  async rotateSecrets(): Promise<{ rotated: number; failed: string[] }> {
    let rotated = await this.rotateIn(this.stores.platform);
    const report = await this.tenants.run(
      'rotate two-factor secrets',
      async () => {
        // In two steps: tenants run side by side, and `+=` would read the sum before the wait.
        const ofTenant = await this.rotateIn(this.stores.tenant);
        rotated += ofTenant;
      },
      { concurrency: 2, statuses: WITH_DATABASE },
    );
    return { rotated, failed: report.failures.map(({ slug }) => slug) };
  }

  /** Expired refresh tokens and old links. */
  async purge(): Promise<void> {
    await this.purgeIn(this.stores.platform);
    await this.tenants.run('purge sessions', () => this.purgeIn(this.stores.tenant), { concurrency: 2, statuses: WITH_DATABASE });
  }

  private async rotateIn(store: AccountStore): Promise<number> {
    let rotated = 0;
    for (const { id, sealed } of await store.accounts.sealedSecrets()) {
      const anew = this.twoFactor.rotate(store, id, sealed);
      if (anew !== sealed) rotated += Number(await store.accounts.replaceSealedSecret(id, sealed, anew));
    }
    return rotated;
  }

  private async purgeIn(store: AccountStore): Promise<void> {
    const now = this.clock.now();
    await store.refreshTokens.purgeExpired(now);
    await store.passwordResets.purgeBefore(new Date(now.getTime() - KEPT_MS));
  }
}

@Injectable()
@Schedule({ name: 'identity.purge', everyMs: 6 * 3_600_000 })
export class IdentityPurge extends ScheduledTask {
  constructor(private readonly maintenance: AccountMaintenance) {
    super();
  }

  run(): Promise<void> {
    return this.maintenance.purge();
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { DomainError } from '@jala/contracts';
import { type Account, type LoginOrigin, realmKey } from './account';
import type { AccountStore } from './account-store';
import { SharedCounters } from './counters';
import { lockMs } from './lockout.rules';
import { SecurityNotices } from './security-notices';
import { keyOf } from './throttle';

const REMEMBERED_MS = 24 * 60 * 60_000;

/**
 * Locks an account after failures in a row. Addresses nobody has are "locked" in the same way, with the counting done in
 * Redis: otherwise the lock itself would tell which accounts exist.
 */
@Injectable()
export class Lockout {
  constructor(
    private readonly counters: SharedCounters,
    private readonly notices: SecurityNotices,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError ACCOUNT_LOCKED */
  async assertOpen(store: AccountStore, email: string, account: Account | undefined): Promise<void> {
    if (account) {
      this.assertUnlocked(account);
      return;
    }
    const heldMs = await this.counters.heldForMs(keyOf('unknown-locked', [realmKey(store.realm), email]));
    if (heldMs > 0) throw locked(heldMs);
  }

  /** @throws DomainError ACCOUNT_LOCKED */
  assertUnlocked(account: Account): void {
    const leftMs = (account.lockedUntil?.getTime() ?? 0) - this.clock.now().getTime();
    if (leftMs > 0) throw locked(leftMs);
  }

  async failed(store: AccountStore, email: string, account: Account | undefined, reason: string, origin: LoginOrigin): Promise<void> {
    if (!account) return this.failedUnknown(store, email);
    await store.transaction(async () => {
      const current = await store.accounts.findById(account.id, { lock: true });
      if (!current) return;
      const failedLogins = current.failedLogins + 1;
      const forMs = lockMs(failedLogins);
      const lockedUntil = forMs > 0 ? new Date(this.clock.now().getTime() + forMs) : current.lockedUntil;
      await store.accounts.update(current.id, { failedLogins, lockedUntil });
      await store.journal.record(
        this.notices.actorFor(current, store, origin),
        forMs > 0 ? 'login.locked' : 'login.failed',
        store.subject(current),
        {
          after: { reason, failures: failedLogins, ...(forMs > 0 ? { locked_until: lockedUntil } : {}) },
        },
      );
      const isFirstLock = forMs > 0 && lockMs(failedLogins - 1) === 0;
      if (isFirstLock) await this.notices.send(store, current, 'account-locked', origin);
    });
  }

  private async failedUnknown(store: AccountStore, email: string): Promise<void> {
    const who = [realmKey(store.realm), email];
    const { count } = await this.counters.increment(keyOf('unknown-failures', who), REMEMBERED_MS);
    const forMs = lockMs(count);
    if (forMs > 0) await this.counters.hold(keyOf('unknown-locked', who), forMs);
  }
}

const locked = (leftMs: number): DomainError => new DomainError('ACCOUNT_LOCKED', { retryAfterSeconds: Math.ceil(leftMs / 1_000) });

import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import type { Actor } from '@jala/contracts';
import { Mailer, type SecurityEvent } from '@jala/infra/mail';
import type { Account, LoginOrigin } from './account';
import type { AccountStore } from './account-store';

/** Tells people what happened to their account, so that they notice when it was not them. */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** `to` where the mail must not go to the account's present address. */
  async send(
    store: AccountStore,
    account: Account,
    event: SecurityEvent,
    origin: { readonly ip?: string },
    to = account.email,
  ): Promise<void> {
    await this.mailer.enqueue({ email: to, name: account.name, locale: account.locale }, 'security-notice', {
      name: account.name,
      brand: await store.displayName(),
      event,
      at: this.clock.now().toISOString(),
      timezone: this.mailer.timezone,
      ip: origin.ip ?? null,
    });
  }

  /** Somebody at this address acting as the account, without having proved it: for the log of attempts. */
  actorFor(account: Account, store: AccountStore, origin: LoginOrigin): Actor {
    return {
      kind: store.audience,
      id: account.id,
      name: account.name,
      role: account.role,
      permissions: new Set(),
      ip: origin.ip,
      requestId: origin.requestId,
    };
  }
}

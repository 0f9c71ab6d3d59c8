import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { randomToken } from '@jala/infra/crypto';
import { Mailer } from '@jala/infra/mail';
import type { Account } from './account';
import type { AccountStore } from './account-store';
import type { ResetPurpose } from './password-resets.repository';

export const RESET_MINUTES = 60;
export const INVITATION_DAYS = 7;
const MINUTE_MS = 60_000;

const VALID_MS: Record<ResetPurpose, number> = { reset: RESET_MINUTES * MINUTE_MS, invite: INVITATION_DAYS * 24 * 60 * MINUTE_MS };

export const resetTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Links with which a person chooses a password: single use, and a new one ends the earlier ones. */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** Call it in a transaction. The token exists in clear only here and in what is done with the answer. */
  async issue(store: AccountStore, accountId: number, purpose: ResetPurpose): Promise<string> {
    const now = this.clock.now();
    const token = randomToken();
    await store.passwordResets.useAll(accountId, now);
    await store.passwordResets.insert({
      accountId,
      tokenHash: resetTokenHash(token),
      purpose,
      expiresAt: new Date(now.getTime() + VALID_MS[purpose]),
      createdAt: now,
    });
    return token;
  }

  async send(store: AccountStore, account: Pick<Account, 'id' | 'name' | 'email' | 'locale'>, purpose: ResetPurpose): Promise<void> {
    const token = await this.issue(store, account.id, purpose);
    const common = { name: account.name, brand: await store.displayName(), link_sealed: this.mailer.sealedPasswordLink(token) };
    if (purpose === 'reset') await this.mailer.enqueue(account, 'password-reset', { ...common, valid_minutes: RESET_MINUTES });
    else await this.mailer.enqueue(account, 'invitation', { ...common, valid_days: INVITATION_DAYS });
  }
}

import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { Clock } from '@jala/kernel';
import { constantTimeEquals, SecretBox, sha256Hex } from '@jala/infra/crypto';
import { type Account, realmKey } from './account';
import type { AccountStore } from './account-store';

const PERIOD_SECONDS = 30;
/** One step either way, for clocks that are not quite right (RFC 6238 §5.2). */
const WINDOW = 1;
const RECOVERY_CODES = 10;
/** Crockford's alphabet: nothing in it is mistaken for something else on paper. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export type CodeKind = 'totp' | 'recovery';

/** 16 characters of five bits each: 80 bits need no slow hash. */
const newRecoveryCode = (): string =>
  [...randomBytes(16)]
    .map((byte) => ALPHABET[byte & 31])
    .join('')
    .replace(/(.{4})(?!$)/g, '$1-');

const normalRecoveryCode = (code: string): string => code.toLowerCase().replace(/[^0-9a-z]/g, '');

export function recoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  return { codes, hashes: codes.map((code) => sha256Hex(normalRecoveryCode(code))) };
}

/** Time-based codes (RFC 6238) as every authenticator app knows them: SHA-1, six digits, 30 seconds. */
@Injectable()
export class TwoFactor {
  constructor(
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
  ) {}

  newSecret(): string {
    return new Secret({ size: 20 }).base32;
  }

  seal(store: AccountStore, accountId: number, secret: string): string {
    return this.secrets.seal(secret, purposeOf(store, accountId));
  }

  /** The same secret under the current key. */
  rotate(store: AccountStore, accountId: number, sealed: string): string {
    return this.secrets.rotate(sealed, purposeOf(store, accountId));
  }

  uri(secret: string, issuer: string, email: string): string {
    // The label is "issuer:account": a colon in either would be read as the divider.
    return totp(secret, issuer.replaceAll(':', ' '), email).toString();
  }

  /** The step the code belongs to, or undefined when it is wrong. Says nothing about whether it was used before. */
  stepOf(store: AccountStore, account: Account, code: string): number | undefined {
    const digits = code.replace(/\s/g, '');
    if (!account.twoFactorSecret || !/^\d{6}$/.test(digits)) return undefined;
    const timestamp = this.clock.now().getTime();
    const secret = this.secrets.open(account.twoFactorSecret, purposeOf(store, account.id));
    const delta = totp(secret, 'Jala', account.email).validate({ token: digits, window: WINDOW, timestamp });
    return delta === null ? undefined : Math.floor(timestamp / 1_000 / PERIOD_SECONDS) + delta;
  }

  /**
   * Accepts a code once: a time code together with every older one, a recovery code by removing it. Call it in a
   * transaction, with the account locked.
   */
  async consume(store: AccountStore, account: Account, code: string): Promise<CodeKind | undefined> {
    const step = this.stepOf(store, account, code);
    if (step !== undefined) return (await store.accounts.consumeTwoFactorStep(account.id, step)) ? 'totp' : undefined;
    const hash = sha256Hex(normalRecoveryCode(code));
    const left = account.recoveryCodeHashes.filter((known) => !constantTimeEquals(known, hash));
    if (left.length === account.recoveryCodeHashes.length) return undefined;
    await store.accounts.update(account.id, { recoveryCodeHashes: left });
    return 'recovery';
  }
}

const totp = (secret: string, issuer: string, label: string): TOTP =>
  new TOTP({ issuer, label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });

const purposeOf = (store: AccountStore, accountId: number): string => `totp:${realmKey(store.realm)}:${accountId}`;

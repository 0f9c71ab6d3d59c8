import type { Audience, Locale } from '@jala/contracts';

/** A member of staff who logs in: of the platform or of one tenant. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  /** argon2id; null until an invited person has chosen a password. */
  readonly passwordHash: string | null;
  readonly role: string;
  readonly locale: Locale;
  readonly active: boolean;
  /** Sealed. Present without `twoFactorEnabledAt` while the set-up is not confirmed. */
  readonly twoFactorSecret: string | null;
  readonly twoFactorEnabledAt: Date | null;
  readonly recoveryCodeHashes: readonly string[];
  readonly sessionVersion: number;
  readonly failedLogins: number;
  readonly lockedUntil: Date | null;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type AccountChanges = Partial<
  Pick<
    Account,
    | 'name'
    | 'email'
    | 'passwordHash'
    | 'role'
    | 'locale'
    | 'active'
    | 'twoFactorSecret'
    | 'twoFactorEnabledAt'
    | 'recoveryCodeHashes'
    | 'sessionVersion'
    | 'failedLogins'
    | 'lockedUntil'
    | 'lastLoginAt'
  > & { readonly twoFactorLastStep: number | null }
>;

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly role: string;
  readonly locale: Locale;
  readonly active: boolean;
}

/** Where a request of somebody who logs in comes from. */
export interface LoginOrigin {
  readonly ip: string;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/** One installation holds many account tables; this names one of them in keys, tokens and seals. */
export interface Realm {
  readonly audience: Audience;
  readonly tenantId: number | null;
}

export const realmKey = ({ audience, tenantId }: Realm): string => (audience === 'platform' ? 'platform' : `tenant:${String(tenantId)}`);

/** Addresses are compared without case and outer blanks; nobody has two mailboxes that differ in case. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

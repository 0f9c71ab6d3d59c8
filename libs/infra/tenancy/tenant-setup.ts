export interface TenantSeed {
  readonly name: string;
  readonly timezone: string;
  readonly currency: string;
  readonly locale: string;
}

export interface OwnerAccount {
  readonly name: string;
  readonly email: string;
  readonly locale: string;
  /** argon2id. Null: the owner is invited by mail and chooses a password then. */
  readonly passwordHash: string | null;
}

/** What a fresh tenant database is filled with. Runs inside the tenant's scope; everything may be called again. */
export abstract class TenantSetup {
  abstract seed(seed: TenantSeed): Promise<void>;

  /** Leaves an owner that exists already as it is. */
  abstract ensureOwner(owner: OwnerAccount): Promise<void>;

  /** A token with which the owner sets the first password. An earlier one stops working. */
  abstract inviteOwner(email: string): Promise<string>;
}

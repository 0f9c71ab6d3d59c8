import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '@jala/contracts';

/** OWASP password storage cheat sheet: argon2id (the library's own choice) with 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** argon2 runs on libuv's four threads, which also open files and resolve names; two are left to them. */
const AT_ONCE = 2;
/** At some 30 ms each, whoever is further back would wait for seconds: better to say "busy" at once. */
const MAX_WAITING = 100;

@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy?: Promise<string>;

  /** @throws DomainError BUSY */
  hash(password: string): Promise<string> {
    return this.limited(() => hash(password, COST));
  }

  /**
   * Takes as long for an account that does not exist, or has no password yet (`passwordHash` null), as for a wrong password.
   * @throws DomainError BUSY
   */
  verify(passwordHash: string | null, password: string): Promise<boolean> {
    return this.limited(async () => {
      this.decoy ??= hash('nobody has this password', COST);
      const matches = await verify(passwordHash ?? (await this.decoy), password);
      return matches && passwordHash !== null;
    });
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MAX_WAITING) throw new DomainError('BUSY', { retryAfterSeconds: 3 });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      // The slot is handed on, not freed and fought for.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

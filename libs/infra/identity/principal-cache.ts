import { Injectable } from '@nestjs/common';
import type { Permission } from '@jala/contracts';
import { AccessEnds } from '@jala/infra/queue';
import { type Realm, realmKey } from './account';

/** What must be true of an account for its token to be honoured, as it was at most a few seconds ago. */
export interface PrincipalFacts {
  readonly name: string;
  readonly role: string;
  readonly active: boolean;
  readonly sessionVersion: number;
  readonly sessionLive: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

/** How long a process that does not hear of it (AccessEnds) may go on honouring what another one has ended. */
const TTL_MS = 5_000;
const MAX_ENTRIES = 20_000;

@Injectable()
export class PrincipalCache {
  private readonly entries = new Map<string, { until: number; facts: Promise<PrincipalFacts | undefined> }>();

  constructor(private readonly ends: AccessEnds) {
    ends.onEnd(({ tenantId, accountId }) => {
      const realm = realmKey({ audience: tenantId === null ? 'platform' : 'tenant', tenantId });
      this.forget(accountId === undefined ? `${realm}/` : `${realm}/${accountId}/`);
    });
  }

  /** Concurrent requests of one session share one look-up. */
  get(
    realm: Realm,
    accountId: number,
    sessionId: string,
    load: () => Promise<PrincipalFacts | undefined>,
  ): Promise<PrincipalFacts | undefined> {
    const key = `${realmKey(realm)}/${accountId}/${sessionId}`;
    const known = this.entries.get(key);
    if (known && known.until > Date.now()) return known.facts;
    this.entries.delete(key);
    if (this.entries.size >= MAX_ENTRIES) this.entries.delete(this.entries.keys().next().value ?? key);
    const facts = load();
    this.entries.set(key, { until: Date.now() + TTL_MS, facts });
    facts.catch(() => this.entries.delete(key));
    return facts;
  }

  /** In every process. To be called after the commit. */
  forgetAccount({ tenantId }: Realm, accountId: number): void {
    this.ends.announce({ tenantId, accountId });
  }

  /** After a role was changed: everybody in the realm. */
  forgetRealm({ tenantId }: Realm): void {
    this.ends.announce({ tenantId });
  }

  private forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}

import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { type Actor, DomainError, type Permission } from '@jala/contracts';
import type { AccessClaims, Principal, RequestOrigin } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';
import { randomToken } from '@jala/infra/crypto';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens';
import type { Account, LoginOrigin } from './account';
import { type AccountStore, AccountStores } from './account-store';
import { PrincipalCache } from './principal-cache';
import type { RefreshToken, Session } from './refresh-tokens.repository';
import { SecurityNotices } from './security-notices';

const DAY_MS = 86_400_000;
/** A session that is not used for so long ends. */
const IDLE_MS = 30 * DAY_MS;
/** However busy, a person proves who they are this often. */
const LONGEST_MS = 90 * DAY_MS;
/** Two tabs of one browser may send the same token at the same moment; a thief seldom comes within seconds. */
const GRACE_MS = 10_000;

export interface Login {
  readonly account: Account;
  readonly permissions: ReadonlySet<Permission>;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

interface LiveToken {
  readonly token: string;
  readonly row: Pick<RefreshToken, 'accountId' | 'family' | 'expiresAt'>;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Logins that last: short access tokens, and refresh tokens of which each works once. */
@Injectable()
export class SessionsService {
  private readonly successorKey: KeyObject;

  constructor(
    private readonly stores: AccountStores,
    private readonly accessTokens: AccessTokens,
    private readonly cache: PrincipalCache,
    private readonly notices: SecurityNotices,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.successorKey = createSecretKey(Buffer.from(hkdfSync('sha256', config.jwtKey, '', 'jala refresh token successor', 32)));
  }

  /** Begins a session. Call it in the transaction that lets the person in. */
  async open(store: AccountStore, account: Account, origin: LoginOrigin): Promise<Login> {
    const now = this.clock.now();
    const token = randomToken();
    const row = { accountId: account.id, family: randomBytes(16).toString('hex'), expiresAt: new Date(now.getTime() + IDLE_MS) };
    await store.refreshTokens.deleteExpired(account.id, now);
    await store.refreshTokens.insert({ ...row, ...where(origin), tokenHash: hashOf(token), sessionStartedAt: now, createdAt: now });
    return this.login(store, account, { token, row });
  }

  /**
   * Exchanges a refresh token for its successor and a new access token. A token that was exchanged before ends the whole
   * session, because then two people hold it.
   * @throws DomainError REFRESH_TOKEN_INVALID
   */
  async refresh(presented: string, origin: LoginOrigin): Promise<Login> {
    const store = this.stores.current();
    const outcome = await store.transaction(async () => {
      const live = await this.liveToken(store, presented, origin);
      if (!live) return undefined;
      const account = await store.accounts.findById(live.row.accountId);
      return account?.active ? { account, live } : undefined;
    });
    // Outside the transaction: the end of a stolen session must be kept although the request fails.
    if (!outcome) throw new DomainError('REFRESH_TOKEN_INVALID');
    return this.login(store, outcome.account, outcome.live);
  }

  /** @throws DomainError UNAUTHENTICATED, NOT_FOUND */
  async resolve(claims: AccessClaims, origin: RequestOrigin): Promise<Principal> {
    const store = this.stores.current();
    const accountId = Number(claims.sub);
    const facts = await this.cache.get(store.realm, accountId, claims.sid, async () => {
      const account = await store.accounts.findById(accountId);
      if (!account) return undefined;
      const sessionLive = await store.refreshTokens.isLive(accountId, claims.sid, this.clock.now());
      const { name, role, active, sessionVersion } = account;
      return { name, role, active, sessionVersion, sessionLive, permissions: await store.permissionsOf(role) };
    });
    if (!facts?.active || !facts.sessionLive || facts.sessionVersion !== claims.ver) throw new DomainError('UNAUTHENTICATED');
    return {
      audience: claims.aud,
      tenantId: claims.tid,
      accountId,
      sessionId: claims.sid,
      actor: { kind: claims.aud, id: accountId, name: facts.name, role: facts.role, permissions: facts.permissions, ...origin },
    };
  }

  list(principal: Principal): Promise<Session[]> {
    return this.stores.current().refreshTokens.sessionsOf(principal.accountId, this.clock.now());
  }

  /** @throws DomainError SESSION_NOT_FOUND */
  async end(principal: Principal, sessionId: string): Promise<void> {
    const store = this.stores.current();
    const ended = await store.transaction(async () => {
      if (!(await store.refreshTokens.revokeFamily(principal.accountId, sessionId, this.clock.now()))) return false;
      await this.record(store, principal.actor, 'session.ended', { session: sessionId.slice(0, 8) });
      return true;
    });
    this.cache.forgetAccount(store.realm, principal.accountId);
    if (!ended) throw new DomainError('SESSION_NOT_FOUND');
  }

  /** Logging out. A session that has ended already is no error. */
  async endCurrent(principal: Principal): Promise<void> {
    const store = this.stores.current();
    await store.refreshTokens.revokeFamily(principal.accountId, principal.sessionId, this.clock.now());
    this.cache.forgetAccount(store.realm, principal.accountId);
  }

  async endEverywhere(principal: Principal): Promise<void> {
    const store = this.stores.current();
    await store.transaction(async () => {
      await this.endAll(store, principal.accountId);
      await this.record(store, principal.actor, 'session.ended_everywhere');
    });
    this.cache.forgetAccount(store.realm, principal.accountId);
  }

  /**
   * Ends every session of the account: refresh tokens are revoked, and access tokens fail on the account's session
   * version. `keep` spares the session in which the person is working. Call it in the transaction of the reason.
   */
  async endAll(store: AccountStore, accountId: number, keep: string | null = null): Promise<void> {
    await store.refreshTokens.revokeAll(accountId, this.clock.now(), keep);
    const account = await store.accounts.findById(accountId, { lock: true });
    // The spared session's access token carries the present version; the others fail because their family is revoked.
    if (account && keep === null) await store.accounts.update(accountId, { sessionVersion: account.sessionVersion + 1 });
    this.forgetAfterCommit(store, accountId);
  }

  /** Not before: a request in between would look up, and remember, what is about to end. */
  private forgetAfterCommit(store: AccountStore, accountId: number): void {
    const { realm } = store;
    store.afterCommit(() => this.cache.forgetAccount(realm, accountId));
  }

  private async liveToken(store: AccountStore, presented: string, origin: LoginOrigin): Promise<LiveToken | undefined> {
    const now = this.clock.now();
    const row = await store.refreshTokens.lockByHash(hashOf(presented));
    if (!row || row.revokedAt || row.expiresAt <= now) return undefined;
    if (!row.rotatedAt) return this.rotate(store, presented, row, origin, now);
    const isTwin = now.getTime() - row.rotatedAt.getTime() <= GRACE_MS && row.userAgent === where(origin).userAgent;
    const successor = isTwin ? await this.twinsToken(store, presented, row) : undefined;
    if (!successor) await this.endStolen(store, row, origin, now);
    return successor;
  }

  private async rotate(store: AccountStore, presented: string, row: RefreshToken, origin: LoginOrigin, now: Date): Promise<LiveToken> {
    const token = this.successorOf(presented);
    const latest = row.sessionStartedAt.getTime() + LONGEST_MS;
    const next = { accountId: row.accountId, family: row.family, expiresAt: new Date(Math.min(now.getTime() + IDLE_MS, latest)) };
    await store.refreshTokens.markRotated(row.id, hashOf(token), now);
    await store.refreshTokens.insert({
      ...next,
      ...where(origin),
      tokenHash: hashOf(token),
      sessionStartedAt: row.sessionStartedAt,
      createdAt: now,
    });
    return { token, row: next };
  }

  /** The second of two simultaneous requests gets what the first got, so that the family never forks: a fork would hide a theft for ever. */
  private async twinsToken(store: AccountStore, presented: string, row: RefreshToken): Promise<LiveToken | undefined> {
    const token = this.successorOf(presented);
    if (!row.replacedByHash?.equals(hashOf(token))) return undefined;
    const successor = await store.refreshTokens.lockByHash(hashOf(token));
    return successor && !successor.rotatedAt && !successor.revokedAt ? { token, row: successor } : undefined;
  }

  /** Derived, not random: it can be told twice without being stored in a form that could be read. */
  private successorOf(token: string): string {
    return createHmac('sha256', this.successorKey).update(token).digest('base64url');
  }

  private async endStolen(store: AccountStore, row: RefreshToken, origin: LoginOrigin, now: Date): Promise<void> {
    await store.refreshTokens.revokeFamily(row.accountId, row.family, now);
    this.forgetAfterCommit(store, row.accountId);
    const account = await store.accounts.findById(row.accountId);
    if (!account) return;
    await store.journal.record(this.notices.actorFor(account, store, origin), 'session.reuse_detected', store.subject(account), {
      after: { session: row.family.slice(0, 8), user_agent: origin.userAgent },
    });
    await this.notices.send(store, account, 'session-stolen', origin);
  }

  private async login(store: AccountStore, account: Account, { token, row }: LiveToken): Promise<Login> {
    const { audience, tenantId } = store.realm;
    return {
      account,
      permissions: await store.permissionsOf(account.role),
      sessionId: row.family,
      accessToken: await this.accessTokens.sign({
        sub: String(account.id),
        aud: audience,
        tid: tenantId,
        sid: row.family,
        ver: account.sessionVersion,
      }),
      expiresInSeconds: ACCESS_TOKEN_SECONDS,
      refreshToken: token,
      refreshExpiresAt: row.expiresAt,
    };
  }

  private async record(store: AccountStore, actor: Actor, action: string, after?: object): Promise<void> {
    const account = actor.id === null ? undefined : await store.accounts.findById(actor.id);
    if (account) await store.journal.record(actor, action, store.subject(account), { after });
  }
}

const where = (origin: LoginOrigin): { ip: string; userAgent: string | null } => ({
  ip: origin.ip,
  userAgent: origin.userAgent?.slice(0, 255) ?? null,
});

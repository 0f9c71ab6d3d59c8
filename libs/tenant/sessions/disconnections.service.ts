import { Injectable } from '@nestjs/common';
import { type Actor, DomainError, systemActor } from '@jala/contracts';
import { type DisconnectReason, TenantOutbox } from '@jala/infra/queue';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { CoaAttempts, RadiusWriter, type Session, SessionsReader } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { CustomersService } from '@jala/tenant/customers';
import { hasDied } from './disconnection.rules';
import { type Command, isSettled, type Outcome, SessionCommands } from './session-commands.service';

export interface Disconnection {
  readonly username: string;
  /** What the router calls the user, where that is another name. */
  readonly knownAs?: string;
  readonly reason: DisconnectReason;
  readonly requestedBy?: string;
  /** ISO 8601: when the wish arose. */
  readonly askedAt?: string;
}

/** Who has connected since has the new terms already; the other reasons are against any session. */
const ONLY_SESSIONS_BEFORE: ReadonlySet<DisconnectReason> = new Set(['staff', 'plan-changed', 'service-changed', 'renamed']);

export interface Tries {
  /** Counts from 1. */
  readonly attempt: number;
  readonly attempts: number;
}

/** A router did not answer; the job tries again. */
export class RouterSilentError extends Error {
  constructor(sessions: number) {
    super(`no answer about ${sessions} session(s)`);
  }
}

/** Takes users off the network now, instead of at their next login. */
@Injectable()
export class DisconnectionsService {
  private readonly actor = systemActor('disconnect');

  constructor(
    private readonly db: TenantDatabase,
    private readonly sessions: SessionsReader,
    private readonly users: RadiusWriter,
    private readonly customers: CustomersService,
    private readonly commands: SessionCommands,
    private readonly attempts: CoaAttempts,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks for the end of one session; the answer of the router is in its attempts.
   * @throws DomainError SESSION_NOT_FOUND, SESSION_ENDED
   */
  async requestForSession(actor: Actor, sessionId: number): Promise<void> {
    await this.db.transaction(async () => {
      const session = await this.sessions.find(sessionId);
      if (!session) throw new DomainError('SESSION_NOT_FOUND', { id: sessionId });
      if (session.endedAt) throw new DomainError('SESSION_ENDED', { id: sessionId });
      await this.outbox.enqueue('radius.disconnect-session', { tenantId: TenantScope.current().id, sessionId, requestedBy: actor.name });
      await this.activity.record(actor, 'session.disconnect_requested', { type: 'session', id: session.id, label: session.username });
    });
  }

  /** The same for all sessions of a customer. @throws DomainError CUSTOMER_NOT_FOUND */
  async requestForCustomer(actor: Actor, customerId: number): Promise<void> {
    const { id, username, name } = await this.customers.get(actor, customerId);
    await this.db.transaction(async () => {
      const payload = { tenantId: TenantScope.current().id, username, reason: 'staff', requestedBy: actor.name } as const;
      await this.outbox.enqueue('radius.disconnect-user', { ...payload, askedAt: this.clock.now().toISOString() });
      await this.activity.record(actor, 'customer.disconnect_requested', { type: 'customer', id, label: `${name} (${username})` });
    });
  }

  /**
   * Ends every session of the user that is open now, all at once. Every try is on record.
   * @throws RouterSilentError while another try makes sense; a session that is still there after the last stays visible.
   */
  async end(disconnection: Disconnection, tries: Tries): Promise<void> {
    if (await this.isObsolete(disconnection)) return;
    const { username, reason, askedAt } = disconnection;
    const until = askedAt !== undefined && ONLY_SESSIONS_BEFORE.has(reason) ? new Date(askedAt) : undefined;
    const open = await this.sessions.openOf(username);
    await this.endAll(until ? open.filter(({ startedAt }) => startedAt <= until) : open, disconnection, tries);
  }

  /** @throws RouterSilentError as `end` */
  async endOne(sessionId: number, requestedBy: string, tries: Tries, reason: DisconnectReason = 'staff'): Promise<void> {
    const session = await this.sessions.find(sessionId);
    if (session && !session.endedAt) await this.endAll([session], { reason, requestedBy }, tries);
  }

  /** Tries once and says what came of it. */
  async endNow(session: Session, command: Omit<Command, 'try' | 'isLast'>): Promise<Outcome> {
    return this.tell(session, { ...command, try: 1, isLast: true });
  }

  private async endAll(
    sessions: readonly Session[],
    { reason, requestedBy, knownAs }: Omit<Disconnection, 'username'>,
    { attempt, attempts }: Tries,
  ): Promise<void> {
    const command = { reason, requestedBy, knownAs, try: attempt, isLast: attempt >= attempts };
    const before = await this.attempts.lastDisconnects(sessions.map(({ id }) => id));
    // Answered already, and no report since: the Stop is on its way.
    const alive = sessions.filter((session) => !hasDied(session, before.get(session.id)));
    const outcomes = await Promise.all(alive.map((session) => this.tell(session, command)));
    const silent = outcomes.filter((outcome) => outcome === 'silent').length;
    if (silent > 0 && !command.isLast) throw new RouterSilentError(silent);
  }

  private async tell(session: Session, command: Command): Promise<Outcome> {
    const outcome = await this.commands.disconnect(session, command);
    if (outcome === 'silent' && !command.isLast) return outcome;
    const action = isSettled(outcome) ? 'session.disconnected' : 'session.disconnect_failed';
    const after = { reason: command.reason, router_id: session.routerId, nas_ip: session.nasIp, answer: WORDS[outcome] };
    await this.activity.record(this.actor, action, { type: 'session', id: session.id, label: session.username }, { after });
    return outcome;
  }

  /** Resumed, or the end moved on, before the job came round: whoever may be online stays so. */
  private async isObsolete({ username, reason }: Disconnection): Promise<boolean> {
    if (reason !== 'suspended' && reason !== 'expired') return false;
    const user = await this.users.find(username);
    if (reason === 'suspended') return user?.status !== 'suspended';
    return user?.status === 'active' && (user.expiresAt === null || user.expiresAt > this.clock.now());
  }
}

const WORDS: Readonly<Record<Outcome, string>> = {
  done: 'acknowledged',
  gone: 'the router has no such session',
  refused: 'refused',
  silent: 'no answer',
  'unknown-router': 'unknown router',
  unreachable: 'cannot be reached by CoA (RadSec)',
};

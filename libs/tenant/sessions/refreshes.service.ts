import { Injectable } from '@nestjs/common';
import type { DisconnectReason, RefreshReason } from '@jala/infra/queue';
import { Clock } from '@jala/kernel';
import { LimitsReader, mayBeOnline, RadiusWriter, type Session, SessionsReader, termsFor, type UserTerms } from '@jala/radius';
import type { NeededRefresh } from '@jala/tenant/service-plans';
import { DisconnectionsService, RouterSilentError, type Tries } from './disconnections.service';
import { LimitsWatchService } from './limits-watch.service';
import { type Command, isSettled, type Outcome, SessionCommands } from './session-commands.service';

/** What became of one session. `silent`: its router did not answer, which may be different later. */
export type Brought = 'changed' | 'ended' | 'silent' | 'failed';

/** Brings running sessions in line with what is true of their user now. */
@Injectable()
export class RefreshesService {
  constructor(
    private readonly sessions: SessionsReader,
    private readonly users: RadiusWriter,
    private readonly limits: LimitsReader,
    private readonly commands: SessionCommands,
    private readonly disconnections: DisconnectionsService,
    private readonly watch: LimitsWatchService,
    private readonly clock: Clock,
  ) {}

  /** @throws RouterSilentError while another try makes sense */
  async refresh(username: string, reason: RefreshReason, tries: Tries): Promise<void> {
    const user = await this.termsOf(username);
    if (!user) return;
    await this.watch.attend();
    const now = this.clock.now();
    if (!mayBeOnline(user, now)) return this.disconnections.end({ username, reason: endOf(user, now) }, tries);
    const sessions = await this.sessions.onlineOf(username);
    const outcomes = await Promise.all(sessions.map((session) => this.change(session, user, reason, tries)));
    const silent = outcomes.filter((outcome) => outcome === 'silent').length;
    if (silent > 0 && tries.attempt < tries.attempts) throw new RouterSilentError(silent);
  }

  /**
   * One session of a plan that was changed, asked about once.
   * @returns `ended` also for one that its router does not have any more
   */
  async bring(session: Session, needed: NeededRefresh, command: Omit<Command, 'reason' | 'try' | 'isLast'>): Promise<Brought> {
    const user = await this.termsOf(session.username);
    if (!user) return 'ended';
    const now = this.clock.now();
    const once = { ...command, reason: 'plan-changed', try: 1, isLast: true };
    if (!mayBeOnline(user, now)) return endedBy(await this.disconnections.endNow(session, { ...command, reason: endOf(user, now) }));
    if (needed === 'change') {
      const outcome = await this.commands.change(session, termsFor(user, session, now), once);
      if (outcome === 'done') return 'changed';
      if (outcome !== 'refused') return endedBy(outcome);
    }
    return endedBy(await this.disconnections.endNow(session, { ...command, reason: 'plan-changed' }));
  }

  private async termsOf(username: string): Promise<UserTerms | undefined> {
    const user = await this.users.find(username);
    if (!user) return undefined;
    return user.loginHours ? { ...user, hoursLeft: await this.limits.hoursLeft(user.loginHours, this.clock.now()) } : user;
  }

  /** A router that cannot change a session ends it, so that the next login brings the new terms. */
  private async change(session: Session, user: UserTerms, reason: RefreshReason, { attempt, attempts }: Tries): Promise<Outcome> {
    const command = { reason, try: attempt, isLast: attempt >= attempts };
    const outcome = await this.commands.change(session, termsFor(user, session, this.clock.now()), command);
    return outcome === 'refused' ? this.commands.disconnect(session, command) : outcome;
  }
}

const endedBy = (outcome: Outcome): Brought => (isSettled(outcome) ? 'ended' : outcome === 'silent' ? 'silent' : 'failed');

function endOf(user: UserTerms, now: Date): DisconnectReason {
  if (user.status !== 'active') return user.status === 'expired' ? 'expired' : 'suspended';
  if (user.expiresAt && user.expiresAt <= now) return 'expired';
  return user.hoursLeft === 0 ? 'login-hours' : 'quota-reached';
}

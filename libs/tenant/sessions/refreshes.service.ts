import { Injectable } from '@nestjs/common';
import type { DisconnectReason, RefreshReason } from '@jala/infra/queue';
import { Clock } from '@jala/kernel';
import { mayBeOnline, RadiusWriter, type RadUser, type Session, SessionsReader, termsFor } from '@jala/radius';
import { DisconnectionsService, RouterSilentError, type Tries } from './disconnections.service';
import { type Outcome, SessionCommands } from './session-commands.service';

/** Brings running sessions in line with what is true of their user now. */
@Injectable()
export class RefreshesService {
  constructor(
    private readonly sessions: SessionsReader,
    private readonly users: RadiusWriter,
    private readonly commands: SessionCommands,
    private readonly disconnections: DisconnectionsService,
    private readonly clock: Clock,
  ) {}

  /** @throws RouterSilentError while another try makes sense */
  async refresh(username: string, reason: RefreshReason, tries: Tries): Promise<void> {
    const user = await this.users.find(username);
    if (!user) return;
    if (!mayBeOnline(user, this.clock.now())) return this.disconnections.end({ username, reason: endOf(user, this.clock.now()) }, tries);
    const sessions = await this.sessions.onlineOf(username);
    const outcomes = await Promise.all(sessions.map((session) => this.change(session, user, reason, tries)));
    const silent = outcomes.filter((outcome) => outcome === 'silent').length;
    if (silent > 0 && tries.attempt < tries.attempts) throw new RouterSilentError(silent);
  }

  /** A router that cannot change a session ends it, so that the next login brings the new terms. */
  private async change(session: Session, user: RadUser, reason: RefreshReason, { attempt, attempts }: Tries): Promise<Outcome> {
    const command = { reason, try: attempt, isLast: attempt >= attempts };
    const outcome = await this.commands.change(session, termsFor(user, session, this.clock.now()), command);
    return outcome === 'refused' ? this.commands.disconnect(session, command) : outcome;
  }
}

function endOf(user: RadUser, now: Date): DisconnectReason {
  if (user.status !== 'active') return user.status === 'expired' ? 'expired' : 'suspended';
  return user.expiresAt && user.expiresAt <= now ? 'expired' : 'quota-reached';
}

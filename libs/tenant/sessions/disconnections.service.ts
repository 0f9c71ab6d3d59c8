import { Injectable } from '@nestjs/common';
import { systemActor } from '@jala/contracts';
import type { DisconnectReason } from '@jala/infra/queue';
import { type CoaAnswer, CoaClient, RadiusWriter, type Session, SESSION_NOT_FOUND, SessionsReader } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { RoutersService } from '@jala/tenant/routers';

export interface Disconnection {
  readonly username: string;
  /** What the router calls the user, where that is another name. */
  readonly knownAs?: string;
  readonly reason: DisconnectReason;
}

/** A router did not answer; the job tries again. */
export class RouterSilentError extends Error {
  constructor(sessions: number) {
    super(`no answer to the Disconnect-Request for ${sessions} session(s)`);
  }
}

/** Takes users off the network now, instead of at their next login. */
@Injectable()
export class DisconnectionsService {
  private readonly actor = systemActor('disconnect');

  constructor(
    private readonly sessions: SessionsReader,
    private readonly users: RadiusWriter,
    private readonly routers: RoutersService,
    private readonly coa: CoaClient,
    private readonly activity: ActivityLog,
  ) {}

  /**
   * Ends every session of the user that is open now. What each router said is in the activity log.
   * @throws RouterSilentError while `isLast` is false; a session that is still there after that stays visible as online.
   */
  async end(disconnection: Disconnection, isLast: boolean): Promise<void> {
    if (await this.isObsolete(disconnection)) return;
    let silent = 0;
    for (const session of await this.sessions.onlineOf(disconnection.username)) {
      const answer = await this.ask(session, disconnection);
      if (answer?.result === 'silent' && !isLast) silent += 1;
      else await this.record(session, disconnection, answer);
    }
    if (silent > 0) throw new RouterSilentError(silent);
  }

  /** Resumed before the job came round: whoever may be online stays so. */
  private async isObsolete({ username, reason }: Disconnection): Promise<boolean> {
    return reason === 'suspended' && (await this.users.find(username))?.status !== 'suspended';
  }

  /** Undefined when the router is not the tenant's any more: nobody holds its secret. */
  private async ask(session: Session, { knownAs }: Disconnection): Promise<CoaAnswer | undefined> {
    const router = await this.routers.contact(session.routerId);
    if (!router) return undefined;
    const { address, coaPort: port, secret } = router;
    return this.coa.disconnect(
      { address, port, secret },
      { username: knownAs ?? session.username, acctSessionId: session.acctSessionId, framedIp: session.framedIp },
    );
  }

  private async record(session: Session, { reason }: Disconnection, answer: CoaAnswer | undefined): Promise<void> {
    const gone = answer?.result === 'nak' && answer.errorCause === SESSION_NOT_FOUND;
    const ended = answer?.result === 'ack' || gone;
    await this.activity.record(
      this.actor,
      ended ? 'session.disconnected' : 'session.disconnect_failed',
      { type: 'session', id: session.id, label: session.username },
      { after: { reason, router_id: session.routerId, nas_ip: session.nasIp, answer: describe(answer) } },
    );
  }
}

function describe(answer: CoaAnswer | undefined): string {
  if (!answer) return 'unknown router';
  if (answer.result === 'ack') return 'acknowledged';
  return answer.result === 'nak' ? `refused: ${answer.reason}` : 'no answer';
}

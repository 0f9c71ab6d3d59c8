import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import {
  type CoaAnswer,
  CoaAttempts,
  CoaClient,
  type CoaKind,
  type CoaResult,
  type CoaTarget,
  identification,
  namedAttributes,
  type Session,
  sessionAttributes,
  type SessionChange,
  SESSION_NOT_FOUND,
} from '@jala/radius';
import { RoutersService } from '@jala/tenant/routers';

export interface Command {
  readonly reason: string;
  /** The person who asked for it. */
  readonly requestedBy?: string;
  /** What the router calls the user, where that is another name. */
  readonly knownAs?: string;
  readonly try: number;
  /** Whether no further try would follow a failure of this one. */
  readonly isLast: boolean;
  readonly waits?: readonly number[];
}

/**
 * `gone`: the router has no such session, so there is nothing left to do. `refused` will not get better by itself, `silent` may.
 * `unreachable`: nothing was sent, because CoA is UDP and the router has no address (RadSec). */
export type Outcome = 'done' | 'gone' | 'refused' | 'silent' | 'unknown-router' | 'unreachable';

export const isSettled = (outcome: Outcome): boolean => outcome === 'done' || outcome === 'gone';

/**
 * How long to wait for each packet of one try, in ms. Three packets in three seconds; further tries follow as the job's
 * backoff says (RFC 5080 section 2.2.1 asks for growing waits).
 */
const WAITS = [500, 1_000, 1_500];

/** Error-Causes that may be different in a moment: other proxy processing error, resources unavailable (RFC 5176 section 3.5). */
const PASSING = new Set([505, 506]);

const RESULTS: Readonly<Record<CoaAnswer['result'], CoaResult>> = { ack: 'ack', nak: 'nak', silent: 'timeout' };

/** One command to one router about one session, written down with its answer. */
@Injectable()
export class SessionCommands {
  constructor(
    private readonly routers: RoutersService,
    private readonly coa: CoaClient,
    private readonly attempts: CoaAttempts,
    private readonly clock: Clock,
  ) {}

  disconnect(session: Session, command: Command): Promise<Outcome> {
    const named = identification(session, command.knownAs);
    return this.send('disconnect', session, command, namedAttributes(sessionAttributes(named)), (target, waits) =>
      this.coa.disconnect(target, named, waits),
    );
  }

  change(session: Session, terms: SessionChange, command: Command): Promise<Outcome> {
    const named = identification(session, command.knownAs);
    return this.send('change', session, command, namedAttributes({ ...sessionAttributes(named), ...terms }), (target, waits) =>
      this.coa.change(target, named, terms, waits),
    );
  }

  private async send(
    kind: CoaKind,
    session: Session,
    command: Command,
    sentAttributes: Readonly<Record<string, string | number>>,
    ask: (target: CoaTarget, waits: readonly number[]) => Promise<CoaAnswer>,
  ): Promise<Outcome> {
    const sentAt = this.clock.now();
    // A router that was removed took its secret along.
    const router = await this.routers.contact(session.routerId);
    const address = router?.address;
    const answer = address ? await ask({ address, port: router.coaPort, secret: router.secret }, command.waits ?? WAITS) : undefined;
    const errorCause = answer?.result === 'nak' ? (answer.errorCause ?? null) : null;
    const outcome = answer ? outcomeOf(answer) : router ? 'unreachable' : 'unknown-router';
    await this.attempts.record({
      sessionId: session.id,
      acctSessionId: session.acctSessionId,
      username: session.username,
      routerId: session.routerId,
      nasIp: session.nasIp,
      kind,
      reason: command.reason,
      requestedBy: command.requestedBy ?? null,
      try: command.try,
      lastTry: command.isLast || outcome !== 'silent',
      packets: answer?.attempts ?? 0,
      answer: answer ? RESULTS[answer.result] : router ? 'unreachable' : 'unknown_router',
      errorCause,
      sentAttributes,
      sentAt,
      answeredAt: answer && answer.result !== 'silent' ? this.clock.now() : null,
    });
    return outcome;
  }
}

function outcomeOf(answer: CoaAnswer): Outcome {
  if (answer.result === 'ack') return 'done';
  if (answer.result === 'silent') return 'silent';
  if (answer.errorCause === SESSION_NOT_FOUND) return 'gone';
  return answer.errorCause !== undefined && PASSING.has(answer.errorCause) ? 'silent' : 'refused';
}

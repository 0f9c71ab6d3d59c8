import { Injectable } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { CODES, type CoaAttributes, type CoaReply, decodeReply, encodeRequest } from './packet';
import { errorCauseText } from './error-causes';

export interface CoaTarget {
  readonly address: string;
  readonly port: number;
  readonly secret: string;
}

/** What a router calls the session. */
export interface CoaSession {
  /** As the router sent it. */
  readonly username: string;
  readonly acctSessionId: string;
  /** Empty when not known, or not to be named. A hotspot finds its session by it. */
  readonly framedIp: string;
}

/** What RouterOS changes about a running session; address, pool and routes need a disconnect. */
export type SessionChange = Pick<
  CoaAttributes,
  'mikrotikRateLimit' | 'sessionTimeout' | 'idleTimeout' | 'mikrotikTotalLimit' | 'mikrotikTotalLimitGigawords'
>;

export type CoaAnswer =
  | { readonly result: 'ack'; readonly attempts: number }
  | { readonly result: 'nak'; readonly attempts: number; readonly errorCause: number | undefined; readonly reason: string }
  /** No answer: the router is away, its CoA port is closed, or the secret is not the same. */
  | { readonly result: 'silent'; readonly attempts: number };

/** How long to wait for an answer to each attempt, in ms. RFC 5080 section 2.2.1 doubles; a person is waiting for the button. */
const WAITS = [1_000, 2_000, 3_000];

/** Disconnect and CoA requests to routers (RFC 5176). Never throws for what a router does or does not do. */
@Injectable()
export class CoaClient {
  disconnect(target: CoaTarget, session: CoaSession, waits: readonly number[] = WAITS): Promise<CoaAnswer> {
    return this.send(CODES.disconnectRequest, target, sessionAttributes(session), waits);
  }

  change(target: CoaTarget, session: CoaSession, change: SessionChange, waits: readonly number[] = WAITS): Promise<CoaAnswer> {
    return this.send(CODES.coaRequest, target, { ...sessionAttributes(session), ...change }, waits);
  }

  private async send(code: number, target: CoaTarget, attributes: CoaAttributes, waits: readonly number[]): Promise<CoaAnswer> {
    const request = encodeRequest(code, randomInt(256), attributes, target.secret);
    const socket = createSocket(target.address.includes(':') ? 'udp6' : 'udp4');
    // A closed port shows as an error of the socket; the next attempt may find it open.
    socket.on('error', () => undefined);
    try {
      for (const [index, wait] of waits.entries()) {
        const reply = await exchange(socket, request, target, wait);
        const attempts = index + 1;
        if (!reply) continue;
        if (reply.code === code + 1) return { result: 'ack', attempts };
        return { result: 'nak', attempts, errorCause: reply.errorCause, reason: errorCauseText(reply.errorCause) };
      }
      return { result: 'silent', attempts: waits.length };
    } finally {
      socket.close();
    }
  }
}

/** Some routers give their sessions no number; an empty attribute may not be sent (RFC 2865 section 5). */
export const sessionAttributes = ({ username, acctSessionId, framedIp }: CoaSession): CoaAttributes => ({
  userName: username,
  ...(acctSessionId === '' ? {} : { acctSessionId }),
  ...(framedIp === '' ? {} : { framedIpAddress: framedIp }),
});

/** Repetitions are the same packet, so that the router recognises them (RFC 5176 section 2.3). */
function exchange(socket: Socket, request: Buffer, target: CoaTarget, wait: number): Promise<CoaReply | undefined> {
  return new Promise((resolve) => {
    const finish = (reply: CoaReply | undefined) => {
      clearTimeout(timer);
      socket.off('message', receive);
      resolve(reply);
    };
    const receive = (packet: Buffer) => {
      const reply = decodeReply(packet, request, target.secret);
      const expected = request[0]!;
      // Whatever is not an authentic ACK or NAK of this request is somebody else's noise.
      if (reply && (reply.code === expected + 1 || reply.code === expected + 2)) finish(reply);
    };
    const timer = setTimeout(() => finish(undefined), wait);
    socket.on('message', receive);
    // Without an address there (host unreachable, for example) the wait runs out and the next attempt follows.
    socket.send(request, target.port, target.address, () => undefined);
  });
}

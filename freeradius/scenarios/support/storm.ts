import type { Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_ACCEPT, CALLING_STATION, isAnswerTo, papRequest, socketAt } from './raw-packets';
import type { Isp, Router } from './scenario';

export interface Subscriber {
  readonly username: string;
  readonly password: string;
  readonly mac: string;
}

export interface StormResult {
  accepted: number;
  rejected: number;
  /** Never answered. */
  lost: number;
  /** Packets that were sent more than once. */
  repeated: number;
  milliseconds: number;
}

interface Waiting {
  readonly packet: Buffer;
  readonly socket: Socket;
  readonly secret: string;
  tries: number;
  answered: boolean;
}

/** Rows as RadiusWriter writes them, thousands at a time. */
export async function subscribe(isp: Isp, prefix: string, count: number): Promise<Subscriber[]> {
  const subscribers = Array.from({ length: count }, (_, index) => ({
    username: `${prefix}${index}`,
    password: `sandi-${index}`,
    mac: `AC:DE:${[index >> 24, (index >> 16) & 255, (index >> 8) & 255, index & 255].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')}`,
  }));
  for (let at = 0; at < count; at += 2_000) {
    const some = subscribers.slice(at, at + 2_000);
    await isp.query('INSERT INTO raduser (username, rate_limit) VALUES ?', [some.map(({ username }) => [username, '5M/10M'])]);
    await isp.query('INSERT INTO radcheck (username, attribute, op, value, jala_managed) VALUES ?', [
      some.map(({ username, password }) => [username, 'Cleartext-Password', ':=', password, 1]),
    ]);
  }
  return subscribers;
}

/** A socket holds 256 requests at a time, because that many identifiers there are. */
const IDENTIFIERS = 256;

/**
 * Everybody logs in at once, divided among the routers; nothing is sent before every packet is made.
 * @param tries how often a router asks, `retryMs` apart
 */
export async function storm(
  port: number,
  routers: readonly Router[],
  subscribers: readonly Subscriber[],
  { tries, retryMs, patienceMs }: { tries: number; retryMs: number; patienceMs: number },
): Promise<StormResult> {
  const sockets: Socket[] = [];
  const all: Waiting[] = [];
  const result: StormResult = { accepted: 0, rejected: 0, lost: 0, repeated: 0, milliseconds: 0 };
  const share = Math.ceil(subscribers.length / routers.length);
  for (const [index, { client }] of routers.entries()) {
    const mine = subscribers.slice(index * share, (index + 1) * share);
    for (let at = 0; at < mine.length; at += IDENTIFIERS) {
      const socket = await socketAt(client.address);
      sockets.push(socket);
      const waiting = mine.slice(at, at + IDENTIFIERS).map(({ username, password, mac }, id): Waiting => {
        const packet = papRequest(id, username, password, client.secret, [[CALLING_STATION, mac]]);
        return { packet, socket, secret: client.secret, tries: 0, answered: false };
      });
      socket.on('message', (answer) => {
        const one = waiting[answer[1]!];
        if (!one || one.answered || !isAnswerTo(one.packet, answer, one.secret)) return;
        one.answered = true;
        if (answer[0] === ACCESS_ACCEPT) result.accepted++;
        else result.rejected++;
      });
      all.push(...waiting);
    }
  }
  const started = Date.now();
  const send = (one: Waiting): void => {
    if (one.tries++ > 0) result.repeated++;
    one.socket.send(one.packet, port, '127.0.0.1');
  };
  for (const one of all) send(one);
  let nextTry = started + retryMs;
  while (all.some((one) => !one.answered) && Date.now() - started < patienceMs) {
    await sleep(20);
    if (Date.now() < nextTry) continue;
    nextTry += retryMs;
    for (const one of all) if (!one.answered && one.tries < tries) send(one);
  }
  result.milliseconds = Date.now() - started;
  result.lost = all.filter((one) => !one.answered).length;
  for (const socket of sockets) socket.close();
  return result;
}

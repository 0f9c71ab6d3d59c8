import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_ACCEPT, ACCESS_REJECT, isAnswerTo, papRequest } from '../scenarios/support/raw-packets';
import type { LoadRouter } from './router-load';

const EVERY_MS = 100;
const FORGET_MS = 3_000;

/** Somebody with the right password who tries to log in ten times a second, all the time. */
export class LoginProbe {
  readonly accepts: number[] = [];
  rejects = 0;

  constructor(
    private readonly router: LoadRouter,
    private readonly port: number,
    private readonly username: string,
    private readonly password: string,
  ) {}

  async run(until: AbortSignal): Promise<void> {
    const socket = createSocket('udp4').bind(0, this.router.address);
    await once(socket, 'listening');
    const waiting = new Map<number, Buffer>();
    socket.on('error', () => undefined);
    socket.on('message', (answer) => {
      const request = waiting.get(answer[1]!);
      if (!request || !isAnswerTo(request, answer, this.router.secret)) return;
      waiting.delete(answer[1]!);
      if (answer[0] === ACCESS_ACCEPT) this.accepts.push(Date.now());
      else if (answer[0] === ACCESS_REJECT) this.rejects++;
    });
    for (let count = 0; !until.aborted; count++) {
      const id = count % 256;
      const request = papRequest(id, this.username, this.password, this.router.secret);
      waiting.set(id, request);
      socket.send(request, this.port, '127.0.0.1');
      await sleep(EVERY_MS);
    }
    await sleep(Math.min(FORGET_MS, 1_000));
    socket.close();
  }

  /** Milliseconds from `instant` to the next accepted login, one that was sent before it included. */
  firstAfter(instant: number): number {
    const found = this.accepts.find((at) => at >= instant);
    return found === undefined ? Infinity : found - instant;
  }

  acceptedBetween(from: number, to: number): number {
    return this.accepts.filter((at) => at >= from && at < to).length;
  }
}

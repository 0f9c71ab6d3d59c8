import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAnswerTo, type RawAttribute } from '../scenarios/support/raw-packets';
import { accountingRequest, type LoadRouter } from './router-load';

const REPEAT_MS = 500;
const GIVE_UP_MS = 20_000;
const MOST = 256;

/** Sends packets in this order, each until it is acknowledged. */
export async function sendInOrder(router: LoadRouter, port: number, packets: readonly (readonly RawAttribute[])[]): Promise<void> {
  const socket = createSocket('udp4').bind(0, router.address);
  await once(socket, 'listening');
  const deadline = Date.now() + GIVE_UP_MS;
  try {
    for (let from = 0; from < packets.length; from += MOST) {
      const waiting = new Map(
        packets.slice(from, from + MOST).map((attributes, id) => [id, accountingRequest(id, attributes, router.secret)]),
      );
      const receive = (answer: Buffer): void => {
        const request = waiting.get(answer[1]!);
        if (request && isAnswerTo(request, answer, router.secret)) waiting.delete(answer[1]!);
      };
      socket.on('message', receive);
      let sentAt = 0;
      while (waiting.size > 0) {
        if (Date.now() > deadline) throw new Error(`${waiting.size} packets were not acknowledged`);
        if (Date.now() - sentAt >= REPEAT_MS) {
          sentAt = Date.now();
          for (const packet of waiting.values()) socket.send(packet, port, '127.0.0.1');
        }
        await sleep(5);
      }
      socket.off('message', receive);
    }
  } finally {
    socket.close();
  }
}

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_ACCEPT, CALLING_STATION, isAnswerTo, papRequest, socketAt, valuesOf } from './raw-packets';
import type { Router } from './scenario';

const REPLY_MESSAGE = 18;
const MESSAGE_AUTHENTICATOR = 80;

export interface DeviceAnswer {
  readonly answer: 'accept' | 'reject' | 'silence';
  readonly message: string | undefined;
  readonly isAuthenticated: boolean;
}

/** One user from several devices in one instant: every packet is made before the first is sent, which no row of processes can do. */
export async function loginAtOnce(
  port: number,
  { client }: Router,
  user: { readonly username: string; readonly password: string },
  devices: readonly string[],
  patienceMs = 20_000,
): Promise<DeviceAnswer[]> {
  const socket = await socketAt(client.address);
  const packets = devices.map((mac, id) => papRequest(id, user.username, user.password, client.secret, [[CALLING_STATION, mac]]));
  const answers: DeviceAnswer[] = devices.map(() => ({ answer: 'silence', message: undefined, isAuthenticated: false }));
  let missing = devices.length;
  const complete = new Promise<void>((resolve) => {
    socket.on('message', (reply) => {
      const id = reply[1]!;
      const packet = packets[id];
      if (!packet || answers[id]!.answer !== 'silence' || !isAnswerTo(packet, reply, client.secret)) return;
      answers[id] = {
        answer: reply[0] === ACCESS_ACCEPT ? 'accept' : 'reject',
        message: valuesOf(reply, REPLY_MESSAGE)[0]?.toString(),
        isAuthenticated: valuesOf(reply, MESSAGE_AUTHENTICATOR).length === 1,
      };
      if (--missing === 0) resolve();
    });
  });
  for (const packet of packets) socket.send(packet, port, '127.0.0.1');
  await Promise.race([complete, sleep(patienceMs, undefined, { ref: false })]);
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return answers;
}

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export const ACCESS_REQUEST = 1;
export const ACCESS_ACCEPT = 2;
export const ACCESS_REJECT = 3;
export const ACCESS_CHALLENGE = 11;

/** Type and value; the length is computed. */
export type RawAttribute = readonly [type: number, value: Buffer | string];

export const NAME = 1;
export const PASSWORD = 2;
export const CALLING_STATION = 31;

/** A RADIUS packet byte by byte (RFC 2865 section 3): for packets that no well-behaved client would send. */
export function accessRequest(id: number, attributes: readonly RawAttribute[], authenticator = randomBytes(16)): Buffer {
  const body = Buffer.concat(
    attributes.map(([type, value]) => {
      const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
      return Buffer.concat([Buffer.from([type, bytes.length + 2]), bytes]);
    }),
  );
  const head = Buffer.alloc(4);
  head[0] = ACCESS_REQUEST;
  head[1] = id;
  head.writeUInt16BE(20 + body.length, 2);
  return Buffer.concat([head, authenticator, body]);
}

/** User-Password for PAP (RFC 2865 section 5.2). */
export function hiddenPassword(password: string, secret: string, authenticator: Buffer): Buffer {
  const plain = Buffer.from(password);
  const padded = Buffer.alloc(Math.max(16, Math.ceil(plain.length / 16) * 16));
  plain.copy(padded);
  let previous = authenticator;
  for (let at = 0; at < padded.length; at += 16) {
    const pad = createHash('md5').update(secret).update(previous).digest();
    for (let i = 0; i < 16; i++) padded[at + i]! ^= pad[i]!;
    previous = padded.subarray(at, at + 16);
  }
  return padded;
}

export function papRequest(id: number, username: string, password: string, secret: string, more: readonly RawAttribute[] = []): Buffer {
  const authenticator = randomBytes(16);
  return accessRequest(id, [[NAME, username], [PASSWORD, hiddenPassword(password, secret, authenticator)], ...more], authenticator);
}

/** Whether an answer belongs to this request and this secret (RFC 2865 section 3, Response Authenticator). */
export function isAnswerTo(request: Buffer, answer: Buffer, secret: string): boolean {
  const expected = createHash('md5')
    .update(answer.subarray(0, 4))
    .update(request.subarray(4, 20))
    .update(answer.subarray(20))
    .update(secret)
    .digest();
  return expected.equals(answer.subarray(4, 20));
}

/** The values of one attribute, in the order in which the packet has them. */
export function valuesOf(packet: Buffer, type: number): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 20; at + 2 <= packet.length; at += Math.max(2, packet[at + 1]!)) {
    if (packet[at] === type) values.push(packet.subarray(at + 2, at + packet[at + 1]!));
  }
  return values;
}

/** A Message-Authenticator over the packet as it is (RFC 3579 section 3.2). */
export function messageAuthenticator(packet: Buffer, secret: string): Buffer {
  return createHmac('md5', secret).update(packet).digest();
}

export async function socketAt(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 });
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

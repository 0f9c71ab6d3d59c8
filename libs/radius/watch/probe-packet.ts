import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 2865 section 3 and RFC 5997 section 3. */
const ACCESS_REQUEST = 1;
const ACCESS_ACCEPT = 2;
const ACCESS_REJECT = 3;
const STATUS_SERVER = 12;

const HEADER = 20;
const USER_NAME = 1;
const USER_PASSWORD = 2;
const CALLING_STATION_ID = 31;
const VENDOR_SPECIFIC = 26;
const MESSAGE_AUTHENTICATOR = 80;

/** The dictionary of FreeRADIUS (dictionary.freeradius). */
const FREERADIUS = 11344;
const STATISTICS_TYPE = 127;
/** Authentication, accounting and internal. */
const STATISTICS = 0x13;

const md5 = (...parts: Buffer[]): Buffer => createHash('md5').update(Buffer.concat(parts)).digest();
const hmac = (key: Buffer, packet: Buffer): Buffer => createHmac('md5', key).update(packet).digest();

function attribute(type: number, value: Buffer): Buffer {
  if (value.length === 0 || value.length > 253) throw new RangeError(`attribute ${type} has ${value.length} bytes`);
  return Buffer.concat([Buffer.from([type, value.length + 2]), value]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export interface ProbeRequest {
  readonly packet: Buffer;
  readonly secret: Buffer;
}

/** A request whose Message-Authenticator (RFC 3579 section 3.2) comes first, as CVE-2024-3596 advises. */
function request(code: number, identifier: number, secretText: string, attributes: (authenticator: Buffer) => Buffer[]): ProbeRequest {
  const secret = Buffer.from(secretText, 'utf8');
  const authenticator = randomBytes(16);
  const body = Buffer.concat([attribute(MESSAGE_AUTHENTICATOR, Buffer.alloc(16)), ...attributes(authenticator)]);
  const packet = Buffer.concat([Buffer.from([code, identifier, 0, 0]), authenticator, body]);
  packet.writeUInt16BE(packet.length, 2);
  hmac(secret, packet).copy(packet, HEADER + 2);
  return { packet, secret };
}

/** "Are you there, and what have you counted?" */
export const statusRequest = (identifier: number, secret: string): ProbeRequest =>
  request(STATUS_SERVER, identifier, secret, () => [
    attribute(VENDOR_SPECIFIC, Buffer.concat([uint32(FREERADIUS), Buffer.from([STATISTICS_TYPE, 6]), uint32(STATISTICS)])),
  ]);

export interface ProbeLogin {
  readonly username: string;
  readonly password: string;
  readonly callingStationId: string;
}

/** A login with PAP. */
export const loginRequest = (identifier: number, secret: string, login: ProbeLogin): ProbeRequest =>
  request(ACCESS_REQUEST, identifier, secret, (authenticator) => [
    attribute(USER_NAME, Buffer.from(login.username, 'utf8')),
    attribute(USER_PASSWORD, hidden(login.password, Buffer.from(secret, 'utf8'), authenticator)),
    attribute(CALLING_STATION_ID, Buffer.from(login.callingStationId, 'utf8')),
  ]);

/** RFC 2865 section 5.2. */
function hidden(password: string, secret: Buffer, authenticator: Buffer): Buffer {
  const clear = Buffer.from(password, 'utf8');
  const padded = Buffer.alloc(Math.max(16, Math.ceil(clear.length / 16) * 16));
  clear.copy(padded);
  let previous = authenticator;
  for (let at = 0; at < padded.length; at += 16) {
    const mask = md5(secret, previous);
    for (let index = 0; index < 16; index++) padded[at + index]! ^= mask[index]!;
    previous = padded.subarray(at, at + 16);
  }
  return padded;
}

export interface ProbeReply {
  readonly kind: 'accept' | 'reject' | 'other';
  /** Numbers of dictionary.freeradius with their values, as far as the answer has them. */
  readonly statistics: ReadonlyMap<number, number>;
}

/** Undefined when it is not an authentic answer to `asked`: then it must be ignored, whoever sent it. */
export function probeReply(packet: Buffer, asked: ProbeRequest): ProbeReply | undefined {
  if (packet.length < HEADER || packet[1] !== asked.packet[1]) return undefined;
  const length = packet.readUInt16BE(2);
  if (length < HEADER || length > packet.length) return undefined;
  const reply = Buffer.from(packet.subarray(0, length));
  const received = Buffer.from(reply.subarray(4, HEADER));
  asked.packet.copy(reply, 4, 4, HEADER);
  if (!timingSafeEqual(received, md5(reply, asked.secret))) return undefined;

  const statistics = new Map<number, number>();
  for (let at = HEADER; at + 2 <= length;) {
    const size = reply[at + 1]!;
    if (size < 2 || at + size > length) return undefined;
    if (reply[at] === VENDOR_SPECIFIC && size === 12 && reply.readUInt32BE(at + 2) === FREERADIUS && reply[at + 7] === 6) {
      statistics.set(reply[at + 6]!, reply.readUInt32BE(at + 8));
    }
    at += size;
  }
  const code = reply[0];
  return { kind: code === ACCESS_ACCEPT ? 'accept' : code === ACCESS_REJECT ? 'reject' : 'other', statistics };
}

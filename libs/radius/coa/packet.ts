import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** RFC 5176 section 3. */
export const CODES = { disconnectRequest: 40, disconnectAck: 41, disconnectNak: 42, coaRequest: 43, coaAck: 44, coaNak: 45 } as const;

/** What a request can say. Rate limits and the like are CoA only; the others name the session. */
export interface CoaAttributes {
  readonly userName?: string;
  readonly acctSessionId?: string;
  readonly framedIpAddress?: string;
  readonly callingStationId?: string;
  readonly sessionTimeout?: number;
  readonly idleTimeout?: number;
  readonly mikrotikRateLimit?: string;
  /** Low 32 bits; the rest is in `mikrotikTotalLimitGigawords`. */
  readonly mikrotikTotalLimit?: number;
  readonly mikrotikTotalLimitGigawords?: number;
}

const HEADER = 20;
const MESSAGE_AUTHENTICATOR = 80;
const ERROR_CAUSE = 101;
const VENDOR_SPECIFIC = 26;
const MIKROTIK = 14988;

const text = (value: string): Buffer => Buffer.from(value, 'utf8');

const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const ipv4 = (value: string): Buffer => {
  if (!isIPv4(value)) throw new RangeError(`not an IPv4 address: ${value}`);
  return Buffer.from(value.split('.').map(Number));
};

function attribute(type: number, value: Buffer): Buffer {
  if (value.length === 0 || value.length > 253) throw new RangeError(`attribute ${type} has ${value.length} bytes`);
  return Buffer.concat([Buffer.from([type, value.length + 2]), value]);
}

const mikrotik = (type: number, value: Buffer): Buffer =>
  attribute(VENDOR_SPECIFIC, Buffer.concat([integer(MIKROTIK), Buffer.from([type, value.length + 2]), value]));

/** One encoder for each attribute: one that is missing here does not compile. */
const ENCODERS: { readonly [K in keyof Required<CoaAttributes>]: (value: NonNullable<CoaAttributes[K]>) => Buffer } = {
  userName: (value) => attribute(1, text(value)),
  framedIpAddress: (value) => attribute(8, ipv4(value)),
  sessionTimeout: (value) => attribute(27, integer(value)),
  idleTimeout: (value) => attribute(28, integer(value)),
  callingStationId: (value) => attribute(31, text(value)),
  acctSessionId: (value) => attribute(44, text(value)),
  mikrotikRateLimit: (value) => mikrotik(8, text(value)),
  mikrotikTotalLimit: (value) => mikrotik(17, integer(value)),
  mikrotikTotalLimitGigawords: (value) => mikrotik(18, integer(value)),
};

/** The names of the dictionaries, as people read them. */
const NAMES: { readonly [K in keyof Required<CoaAttributes>]: string } = {
  userName: 'User-Name',
  framedIpAddress: 'Framed-IP-Address',
  sessionTimeout: 'Session-Timeout',
  idleTimeout: 'Idle-Timeout',
  callingStationId: 'Calling-Station-Id',
  acctSessionId: 'Acct-Session-Id',
  mikrotikRateLimit: 'Mikrotik-Rate-Limit',
  mikrotikTotalLimit: 'Mikrotik-Total-Limit',
  mikrotikTotalLimitGigawords: 'Mikrotik-Total-Limit-Gigawords',
};

/** What a request says, for the record. */
export function namedAttributes(attributes: CoaAttributes): Record<string, string | number> {
  const named: Record<string, string | number> = {};
  for (const key of Object.keys(NAMES) as (keyof CoaAttributes)[]) {
    const value = attributes[key];
    if (value !== undefined) named[NAMES[key]] = value;
  }
  return named;
}

function encode<K extends keyof CoaAttributes>(name: K, attributes: CoaAttributes): Buffer[] {
  const value = attributes[name];
  return value === undefined ? [] : [ENCODERS[name](value)];
}

const md5 = (...parts: Buffer[]): Buffer => createHash('md5').update(Buffer.concat(parts)).digest();
const hmac = (secret: Buffer, packet: Buffer): Buffer => createHmac('md5', secret).update(packet).digest();

/** A signed request: Message-Authenticator over a zero authenticator, then the Request Authenticator (RFC 5176 sections 2.3 and 3.4). */
export function encodeRequest(code: number, identifier: number, attributes: CoaAttributes, secret: string): Buffer {
  const key = Buffer.from(secret, 'utf8');
  const names = Object.keys(ENCODERS) as (keyof CoaAttributes)[];
  const body = Buffer.concat([attribute(MESSAGE_AUTHENTICATOR, Buffer.alloc(16)), ...names.flatMap((name) => encode(name, attributes))]);
  const packet = Buffer.concat([Buffer.from([code, identifier, 0, 0]), Buffer.alloc(16), body]);
  packet.writeUInt16BE(packet.length, 2);
  hmac(key, packet).copy(packet, HEADER + 2);
  md5(packet, key).copy(packet, 4);
  return packet;
}

export interface CoaReply {
  readonly code: number;
  /** RFC 5176 section 3.5; undefined when the router gave none. */
  readonly errorCause: number | undefined;
}

/** Undefined when it is not an authentic answer to `request`: then it must be ignored, whoever sent it. */
export function decodeReply(packet: Buffer, request: Buffer, secret: string): CoaReply | undefined {
  if (packet.length < HEADER || packet[1] !== request[1]) return undefined;
  const length = packet.readUInt16BE(2);
  if (length < HEADER || length > packet.length) return undefined;
  const key = Buffer.from(secret, 'utf8');
  const reply = Buffer.from(packet.subarray(0, length));
  const received = Buffer.from(reply.subarray(4, HEADER));
  request.copy(reply, 4, 4, HEADER);
  if (!timingSafeEqual(received, md5(reply, key))) return undefined;

  let errorCause: number | undefined;
  for (let at = HEADER; at < length;) {
    const type = reply[at];
    const size = reply[at + 1];
    if (size === undefined || size < 2 || at + size > length) return undefined;
    const value = reply.subarray(at + 2, at + size);
    if (type === ERROR_CAUSE && value.length === 4) errorCause = value.readUInt32BE(0);
    if (type === MESSAGE_AUTHENTICATOR) {
      const sent = Buffer.from(value);
      if (sent.length !== 16) return undefined;
      value.fill(0);
      if (!timingSafeEqual(sent, hmac(key, reply))) return undefined;
      sent.copy(value);
    }
    at += size;
  }
  return { code: reply[0]!, errorCause };
}

// RADIUS on the wire, as a router speaks it. Written apart from libs/radius on purpose: a mistake there must not be understood here.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const CODE = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accountingRequest: 4,
  accountingResponse: 5,
  disconnectRequest: 40,
  disconnectAck: 41,
  disconnectNak: 42,
  coaRequest: 43,
  coaAck: 44,
  coaNak: 45,
};

const VENDOR_SPECIFIC = 26;
const MIKROTIK = 14988;
const MESSAGE_AUTHENTICATOR = 80;

// name: [type, kind, Mikrotik's own number space?]
const ATTRIBUTES = {
  'User-Name': [1, 'text'],
  'User-Password': [2, 'bytes'],
  'NAS-IP-Address': [4, 'ip'],
  'Service-Type': [6, 'number'],
  'Framed-Protocol': [7, 'number'],
  'Framed-IP-Address': [8, 'ip'],
  'Reply-Message': [18, 'text'],
  Class: [25, 'bytes'],
  'Session-Timeout': [27, 'number'],
  'Idle-Timeout': [28, 'number'],
  'Calling-Station-Id': [31, 'text'],
  'NAS-Identifier': [32, 'text'],
  'Acct-Status-Type': [40, 'number'],
  'Acct-Input-Octets': [42, 'number'],
  'Acct-Output-Octets': [43, 'number'],
  'Acct-Session-Id': [44, 'text'],
  'Acct-Session-Time': [46, 'number'],
  'Acct-Terminate-Cause': [49, 'number'],
  'Acct-Input-Gigawords': [52, 'number'],
  'Acct-Output-Gigawords': [53, 'number'],
  'Event-Timestamp': [55, 'number'],
  'NAS-Port-Type': [61, 'number'],
  'Message-Authenticator': [MESSAGE_AUTHENTICATOR, 'bytes'],
  'Acct-Interim-Interval': [85, 'number'],
  'Framed-Pool': [88, 'text'],
  'Error-Cause': [101, 'number'],
  'Mikrotik-Rate-Limit': [8, 'text', true],
  'Mikrotik-Total-Limit': [17, 'number', true],
  'Mikrotik-Total-Limit-Gigawords': [18, 'number', true],
};

const NAMES = new Map(Object.entries(ATTRIBUTES).map(([name, [type, , mikrotik]]) => [`${mikrotik ? MIKROTIK : 0}:${type}`, name]));

const md5 = (...parts) => createHash('md5').update(Buffer.concat(parts)).digest();
const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

function bytesOf(kind, value) {
  if (kind === 'number') return number(value);
  if (kind === 'ip') return Buffer.from(value.split('.').map(Number));
  return Buffer.from(value);
}

function valueOf(kind, bytes) {
  if (kind === 'number') return bytes.length === 4 ? bytes.readUInt32BE(0) : undefined;
  if (kind === 'ip') return bytes.length === 4 ? [...bytes].join('.') : undefined;
  return kind === 'text' ? bytes.toString('utf8') : Buffer.from(bytes);
}

const tlv = (type, value) => Buffer.concat([Buffer.from([type, value.length + 2]), value]);

function encodeAttribute(name, value) {
  const [type, kind, mikrotik] = ATTRIBUTES[name];
  const own = tlv(type, bytesOf(kind, value));
  return mikrotik ? tlv(VENDOR_SPECIFIC, Buffer.concat([number(MIKROTIK), own])) : own;
}

/** RFC 2865 section 5.2. */
function hidePassword(password, secret, authenticator) {
  const clear = Buffer.from(password);
  const padded = Buffer.concat([clear, Buffer.alloc((16 - (clear.length % 16)) % 16 || (clear.length === 0 ? 16 : 0))]);
  const hidden = Buffer.alloc(padded.length);
  let previous = authenticator;
  for (let at = 0; at < padded.length; at += 16) {
    const key = md5(Buffer.from(secret), previous);
    for (let i = 0; i < 16; i += 1) hidden[at + i] = padded[at + i] ^ key[i];
    previous = hidden.subarray(at, at + 16);
  }
  return hidden;
}

const frame = (code, identifier, authenticator, body) => {
  const packet = Buffer.concat([Buffer.from([code, identifier, 0, 0]), authenticator, body]);
  packet.writeUInt16BE(packet.length, 2);
  return packet;
};

function sign(packet, secret) {
  const at = 20; // Message-Authenticator goes first (draft-ietf-radext-deprecating-radius section 5.2)
  createHmac('md5', secret)
    .update(packet)
    .digest()
    .copy(packet, at + 2);
}

const encodeAll = (attributes) => Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));

export function accessRequest(identifier, { password, ...attributes }, secret) {
  const authenticator = randomBytes(16);
  const body = [encodeAttribute('Message-Authenticator', Buffer.alloc(16)), ...encodeAll(attributes)];
  if (password !== undefined) body.push(encodeAttribute('User-Password', hidePassword(password, secret, authenticator)));
  const packet = frame(CODE.accessRequest, identifier, authenticator, Buffer.concat(body));
  sign(packet, secret);
  return packet;
}

export function accountingRequest(identifier, attributes, secret) {
  const packet = frame(CODE.accountingRequest, identifier, Buffer.alloc(16), Buffer.concat(encodeAll(attributes)));
  md5(packet, Buffer.from(secret)).copy(packet, 4);
  return packet;
}

/** An answer to a CoA or Disconnect request. */
export function coaReply(code, request, attributes, secret) {
  const body = Buffer.concat([encodeAttribute('Message-Authenticator', Buffer.alloc(16)), ...encodeAll(attributes)]);
  const packet = frame(code, request[1], request.subarray(4, 20), body);
  sign(packet, secret);
  md5(packet, Buffer.from(secret)).copy(packet, 4);
  return packet;
}

/** Attributes by name; those this router does not know are listed by number under `unknown`. Undefined when it is malformed. */
export function decode(packet) {
  if (packet.length < 20) return undefined;
  const length = packet.readUInt16BE(2);
  if (length < 20 || length > packet.length) return undefined;
  const attributes = {};
  const unknown = [];
  const take = (space, type, bytes) => {
    const name = NAMES.get(`${space}:${type}`);
    const value = name && valueOf(ATTRIBUTES[name][1], bytes);
    if (value === undefined) unknown.push(space === 0 ? String(type) : `${space}.${type}`);
    else attributes[name] = value;
  };
  for (let at = 20; at < length;) {
    const size = packet[at + 1];
    if (size === undefined || size < 2 || at + size > length) return undefined;
    const value = packet.subarray(at + 2, at + size);
    if (packet[at] !== VENDOR_SPECIFIC) take(0, packet[at], value);
    else if (value.length >= 6 && value[5] === value.length - 4) take(value.readUInt32BE(0), value[4], value.subarray(6));
    else return undefined;
    at += size;
  }
  return { code: packet[0], identifier: packet[1], attributes, unknown };
}

function messageAuthenticatorIsRight(packet, authenticator, secret) {
  for (let at = 20; at + 1 < packet.length; at += packet[at + 1]) {
    if (packet[at] !== MESSAGE_AUTHENTICATOR) continue;
    const copy = Buffer.from(packet);
    authenticator.copy(copy, 4);
    copy.fill(0, at + 2, at + 18);
    return timingSafeEqual(createHmac('md5', secret).update(copy).digest(), packet.subarray(at + 2, at + 18));
  }
  return undefined;
}

/** Whether a CoA request was made with the secret: request authenticator and, always, Message-Authenticator. */
export function isAuthenticRequest(packet, secret) {
  const zeroed = Buffer.from(packet);
  zeroed.fill(0, 4, 20);
  if (!timingSafeEqual(md5(zeroed, Buffer.from(secret)), packet.subarray(4, 20))) return false;
  return messageAuthenticatorIsRight(packet, Buffer.alloc(16), secret) === true;
}

/** Whether this answers `request`. Answers to a login must carry a Message-Authenticator (CVE-2024-3596). */
export function isAuthenticReply(packet, request, secret) {
  if (packet.length < 20 || packet[1] !== request[1]) return false;
  const restored = Buffer.from(packet);
  request.copy(restored, 4, 4, 20);
  if (!timingSafeEqual(md5(restored, Buffer.from(secret)), packet.subarray(4, 20))) return false;
  const proof = messageAuthenticatorIsRight(packet, request.subarray(4, 20), secret);
  return request[0] === CODE.accessRequest ? proof === true : proof !== false;
}

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { accessRequest, hiddenPassword, isAnswerTo, messageAuthenticator, NAME, PASSWORD, type RawAttribute } from './raw-packets';

/** RFC 6614 section 2.3: the same for everybody, TLS is what protects. */
const SECRET = 'radsec';
const ACCOUNTING_REQUEST = 4;
const VENDOR_SPECIFIC = 26;
const MESSAGE_AUTHENTICATOR = 80;

export const ACCT_STATUS_TYPE = 40;
export const ACCT_INPUT_OCTETS = 42;
export const ACCT_SESSION_ID = 44;
export const NAS_IP_ADDRESS = 4;
export const OPERATOR_NAME = 126;

/** What a router brings: a certificate of Jala's CA, of another one, or none. */
export interface RadsecIdentity {
  /** PEM of the CA that must have signed the server's certificate. */
  readonly ca: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Certificate and key as PKCS#12 instead. */
  readonly pkcs12?: Buffer;
  readonly password?: string;
}

export interface RadsecReply {
  readonly code: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
  /** A vendor's own attribute (RFC 2865 section 5.26). */
  vendor(vendor: number, type: number): Buffer | undefined;
}

/** A router on one TLS connection, with as many requests under way as it likes. */
export class RadsecClient {
  private readonly waiting = new Map<number, { request: Buffer; resolve: (reply: RadsecReply | 'silent') => void }>();
  private received = Buffer.alloc(0);
  private nextId = 0;
  /** One packet in each TLS record, as routers send them and FreeRADIUS 3.2 expects; Node would put those that wait into one. */
  private written = Promise.resolve();
  closed = false;

  private constructor(private readonly socket: TLSSocket) {
    socket.on('data', (bytes: Buffer) => this.read(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => (this.closed = true));
  }

  /** @throws Error when the TLS handshake fails; its code names the alert, e.g. ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED. */
  static async open(port: number, identity: RadsecIdentity, from = '127.0.0.1'): Promise<RadsecClient> {
    const wire = createConnection({ host: '127.0.0.1', localAddress: from, port });
    const socket = connect({
      socket: wire,
      host: '127.0.0.1',
      ca: identity.ca,
      cert: identity.certificate,
      key: identity.key,
      pfx: identity.pkcs12,
      passphrase: identity.password,
      maxVersion: 'TLSv1.2',
    });
    await once(socket, 'secureConnect');
    return new RadsecClient(socket);
  }

  login(username: string, password: string, more: readonly RawAttribute[] = [], withinMs?: number): Promise<RadsecReply | 'silent'> {
    const authenticator = randomBytes(16);
    const attributes: RawAttribute[] = [[NAME, username], [PASSWORD, hiddenPassword(password, SECRET, authenticator)], ...more];
    const draft = accessRequest(this.takeId(), [...attributes, [MESSAGE_AUTHENTICATOR, Buffer.alloc(16)]], authenticator);
    messageAuthenticator(draft, SECRET).copy(draft, draft.length - 16);
    return this.ask(draft, withinMs);
  }

  account(status: number, session: string, more: readonly RawAttribute[] = [], withinMs?: number): Promise<RadsecReply | 'silent'> {
    const attributes: RawAttribute[] = [[ACCT_STATUS_TYPE, integer(status)], [ACCT_SESSION_ID, session], ...more];
    const packet = accessRequest(this.takeId(), attributes, Buffer.alloc(16));
    packet[0] = ACCOUNTING_REQUEST;
    // RFC 2866 section 3: over the packet with sixteen zeros in its place.
    createHash('md5').update(packet).update(SECRET).digest().copy(packet, 4);
    return this.ask(packet, withinMs);
  }

  /** Sends a packet as it is. */
  ask(packet: Buffer, withinMs = 4_000): Promise<RadsecReply | 'silent'> {
    return new Promise((resolve) => {
      const id = packet[1]!;
      const timer = setTimeout(() => settle('silent'), withinMs);
      const settle = (reply: RadsecReply | 'silent'): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(reply);
      };
      this.waiting.set(id, { request: packet, resolve: settle });
      this.written = this.written.then(() => new Promise((done) => this.socket.write(packet, () => done())));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private takeId(): number {
    this.nextId = (this.nextId + 1) % 256;
    return this.nextId;
  }

  private read(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 20 && this.received.length >= this.received.readUInt16BE(2)) {
      const length = this.received.readUInt16BE(2);
      const packet = this.received.subarray(0, length);
      this.received = this.received.subarray(length);
      const request = this.waiting.get(packet[1]!);
      if (request && isAnswerTo(request.request, packet, SECRET)) request.resolve(replyOf(packet));
    }
  }
}

export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function replyOf(packet: Buffer): RadsecReply {
  const all: [number, Buffer][] = [];
  for (let at = 20; at + 2 <= packet.length; at += packet[at + 1]!) all.push([packet[at]!, packet.subarray(at + 2, at + packet[at + 1]!)]);
  return {
    code: packet[0]!,
    attributes: new Map(all),
    vendor: (vendor, type) =>
      all.find(([name, value]) => name === VENDOR_SPECIFIC && value.readUInt32BE(0) === vendor && value[4] === type)?.[1].subarray(6),
  };
}

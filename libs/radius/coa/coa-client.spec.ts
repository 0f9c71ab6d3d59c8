import { createHash, createHmac } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { CoaClient } from './coa-client';

const SECRET = 'secret-of-the-router';
const WAITS = [80, 80, 80];
const session = { username: 'budi', acctSessionId: '81000001', framedIp: '10.0.0.7' };

/** A router: answers what `behave` says, one code and body for each packet that arrives. */
class FakeRouter {
  readonly received: Buffer[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {}

  static async start(behave: (request: Buffer, attempt: number) => Uint8Array | undefined): Promise<FakeRouter> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const router = new FakeRouter(socket, socket.address().port);
    socket.on('message', (request: Buffer, from: RemoteInfo) => {
      router.received.push(request);
      const reply = behave(request, router.received.length);
      if (reply) socket.send(reply, from.port, from.address);
    });
    return router;
  }

  get target() {
    return { address: '127.0.0.1', port: this.port, secret: SECRET };
  }

  stop(): void {
    this.socket.close();
  }
}

function answer(
  request: Buffer,
  code: number,
  { attributes = Buffer.alloc(0), secret = SECRET, sign = false }: { attributes?: Uint8Array; secret?: string; sign?: boolean } = {},
): Buffer {
  const body = sign ? Buffer.concat([attributes, Buffer.from([80, 18]), Buffer.alloc(16)]) : attributes;
  const packet = Buffer.concat([Buffer.from([code, request[1]!, 0, 0]), request.subarray(4, 20), body]);
  packet.writeUInt16BE(packet.length, 2);
  if (sign)
    createHmac('md5', secret)
      .update(packet)
      .digest()
      .copy(packet, packet.length - 16);
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4);
  return packet;
}

const errorCause = (value: number): Buffer => Buffer.from([101, 6, 0, 0, value >> 8, value & 255]);

/** Attributes of a request, by type; the proofs are checked on the way. */
function read(request: Buffer): Map<number, Buffer> {
  const zeroed = Buffer.from(request);
  zeroed.fill(0, 4, 20);
  expect(request.subarray(4, 20)).toEqual(createHash('md5').update(zeroed).update(SECRET).digest());
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at < request.length; at += request[at + 1]!) {
    attributes.set(request[at]!, request.subarray(at + 2, at + request[at + 1]!));
    if (request[at] === 80) zeroed.fill(0, at + 2, at + 18);
  }
  expect(attributes.get(80)).toEqual(createHmac('md5', SECRET).update(zeroed).digest());
  return attributes;
}

describe('a Disconnect-Request', () => {
  const client = new CoaClient();
  let router: FakeRouter | undefined;
  afterEach(() => {
    router?.stop();
    router = undefined;
  });

  it('names a session without a number by its user alone', async () => {
    const router = await FakeRouter.start((request) => answer(request, 41));
    const said = await new CoaClient().disconnect(router.target, { username: 'budi', acctSessionId: '', framedIp: '' }, WAITS);
    expect([said.result, read(router.received[0]!).has(44), read(router.received[0]!).get(1)?.toString()]).toEqual(['ack', false, 'budi']);
    router.stop();
  });

  it('names the session as the router knows it, and is signed twice', async () => {
    router = await FakeRouter.start((request) => answer(request, 41, { sign: true }));
    await expect(client.disconnect(router.target, session, WAITS)).resolves.toEqual({ result: 'ack', attempts: 1 });
    expect(router.received[0]![0]).toBe(40);
    const attributes = read(router.received[0]!);
    expect(attributes.get(1)?.toString()).toBe('budi');
    expect(attributes.get(44)?.toString()).toBe('81000001');
    expect(attributes.get(8)).toEqual(Buffer.from([10, 0, 0, 7]));
    expect(attributes.size).toBe(4);
  });

  it('leaves out an address nobody knows', async () => {
    router = await FakeRouter.start((request) => answer(request, 41));
    await client.disconnect(router.target, { ...session, framedIp: '' }, WAITS);
    expect(read(router.received[0]!).has(8)).toBe(false);
  });

  it('tells why a router refuses', async () => {
    router = await FakeRouter.start((request) => answer(request, 42, { attributes: errorCause(503) }));
    await expect(client.disconnect(router.target, session, WAITS)).resolves.toEqual({
      result: 'nak',
      attempts: 1,
      errorCause: 503,
      reason: 'the router has no such session',
    });
  });

  it('is repeated unchanged until there is an answer', async () => {
    router = await FakeRouter.start((request, attempt) => (attempt === 3 ? answer(request, 41) : undefined));
    await expect(client.disconnect(router.target, session, WAITS)).resolves.toEqual({ result: 'ack', attempts: 3 });
    expect(router.received[1]).toEqual(router.received[0]);
    expect(router.received[2]).toEqual(router.received[0]);
  });

  it.each<[string, (request: Buffer) => Uint8Array]>([
    ['made with another secret', (request) => answer(request, 41, { secret: 'another-secret' })],
    [
      'with a Message-Authenticator made with another secret',
      (request) => {
        const reply = answer(request, 41, { sign: true });
        reply[reply.length - 1]! ^= 1;
        reply.set(request.subarray(4, 20), 4);
        createHash('md5').update(reply).update(SECRET).digest().copy(reply, 4);
        return reply;
      },
    ],
    [
      'to another request',
      (request) => answer(Buffer.concat([Buffer.from([request[0]!, (request[1]! + 1) % 256]), request.subarray(2)]), 41),
    ],
    ['of another kind', (request) => answer(request, 44)],
    ['that is cut off', (request) => answer(request, 41).subarray(0, 12)],
    [
      'that lies about its length',
      (request) => {
        const reply = answer(request, 41);
        reply.writeUInt16BE(4000, 2);
        return reply;
      },
    ],
    ['with an attribute without length', (request) => answer(request, 41, { attributes: Buffer.from([18, 0]) })],
  ])('does not believe an answer %s', async (_, behave) => {
    router = await FakeRouter.start(behave);
    await expect(client.disconnect(router.target, session, WAITS)).resolves.toEqual({ result: 'silent', attempts: 3 });
  });

  it('to a closed port is silence, not an exception', async () => {
    const closed = await FakeRouter.start(() => undefined);
    closed.stop();
    await expect(client.disconnect(closed.target, session, [30, 30])).resolves.toEqual({ result: 'silent', attempts: 2 });
  });
});

describe('a CoA-Request', () => {
  it('changes the rate of a running session', async () => {
    const router = await FakeRouter.start((request) => answer(request, 44));
    await expect(
      new CoaClient().change(router.target, session, { mikrotikRateLimit: '1M/2M', sessionTimeout: 60 }, WAITS),
    ).resolves.toMatchObject({ result: 'ack' });
    router.stop();
    expect(router.received[0]![0]).toBe(43);
    const attributes = read(router.received[0]!);
    expect(attributes.get(26)).toEqual(Buffer.concat([Buffer.from([0, 0, 0x3a, 0x8c, 8, 7]), Buffer.from('1M/2M')]));
    expect(attributes.get(27)).toEqual(Buffer.from([0, 0, 0, 60]));
  });
});

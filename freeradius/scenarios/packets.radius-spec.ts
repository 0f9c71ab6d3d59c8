import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACCESS_ACCEPT,
  ACCESS_REJECT,
  accessRequest,
  hiddenPassword,
  isAnswerTo,
  NAME,
  papRequest,
  PASSWORD,
  socketAt,
} from './support/raw-packets';
import { type Isp, type Router, Scenario } from './support/scenario';

jest.setTimeout(60_000);

const ADDRESS = '127.0.7.1';

describe('a packet', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: Router;
  let socket: Socket;
  let id = 0;
  let received: Buffer[] = [];

  /** Every answer that comes within `wait` ms; a reject takes a second. */
  const answersTo = async (packet: Buffer, wait = 1_500): Promise<Buffer[]> => {
    received = [];
    socket.send(packet, scenario.server.ports.auth, '127.0.0.1');
    const deadline = Date.now() + wait;
    while (received.length === 0 && Date.now() < deadline) await sleep(20);
    return received;
  };
  const pap = (username: string, password: string): Buffer => papRequest(id++ & 255, username, password, router.client.secret);
  const stillWorks = async (): Promise<void> => {
    const request = pap('budi', 'rahasia');
    const [answer] = await answersTo(request, 4_000);
    expect(answer?.[0]).toBe(ACCESS_ACCEPT);
    expect(isAnswerTo(request, answer!, router.client.secret)).toBe(true);
  };

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = await isp.router(ADDRESS);
    await isp.user('budi', { sharedUsers: null });
    socket = await socketAt(ADDRESS);
    socket.on('message', (message) => received.push(message));
  });
  afterAll(async () => {
    socket.close();
    await scenario.stop();
  });
  afterEach(stillWorks);

  const whole = (): Buffer => pap('budi', 'rahasia');
  const changed = (change: (packet: Buffer) => void): Buffer => {
    const packet = whole();
    change(packet);
    return packet;
  };

  it.each<[string, () => Buffer]>([
    ['of no bytes', () => Buffer.alloc(0)],
    ['of one byte', () => Buffer.from([1])],
    ['of nineteen bytes', () => whole().subarray(0, 19)],
    ['cut in the middle of an attribute', () => whole().subarray(0, 30)],
    ['cut by one byte', () => whole().subarray(0, -1)],
    ['whose length is below the least', () => changed((packet) => packet.writeUInt16BE(4, 2))],
    ['whose length is more than came', () => changed((packet) => packet.writeUInt16BE(packet.length + 1, 2))],
    ['whose length is 65535', () => changed((packet) => packet.writeUInt16BE(65_535, 2))],
    ['with an attribute of length 0', () => changed((packet) => packet.writeUInt8(0, 21))],
    ['with an attribute of length 1', () => changed((packet) => packet.writeUInt8(1, 21))],
    ['with an attribute longer than the packet', () => changed((packet) => packet.writeUInt8(255, 21))],
    [
      'with 300 attributes',
      () =>
        accessRequest(
          1,
          Array.from({ length: 300 }, () => [NAME, 'x'] as const),
        ),
    ],
    ['of noise', () => randomBytes(4_096)],
    [
      'with a Message-Authenticator that is wrong',
      () =>
        accessRequest(2, [
          [NAME, 'budi'],
          [80, randomBytes(16)],
        ]),
    ],
    [
      'with a Message-Authenticator that is short',
      () =>
        accessRequest(3, [
          [NAME, 'budi'],
          [80, randomBytes(7)],
        ]),
    ],
    [
      'with an EAP-Message and no Message-Authenticator',
      () =>
        accessRequest(4, [
          [NAME, 'budi'],
          [79, Buffer.from([2, 0, 0, 9, 1, 98, 117, 100, 105])],
        ]),
    ],
    ['of an unknown code', () => changed((packet) => packet.writeUInt8(250, 0))],
    ['that is an accept', () => changed((packet) => packet.writeUInt8(ACCESS_ACCEPT, 0))],
    ['that is an accounting request, here', () => changed((packet) => packet.writeUInt8(4, 0))],
    ['that wants to disconnect somebody, here', () => changed((packet) => packet.writeUInt8(40, 0))],
  ])('%s is met with silence', async (_, packet) => {
    expect(await answersTo(packet(), 300)).toEqual([]);
  });

  it('whose password has an impossible length is refused or ignored, never accepted', async () => {
    for (const length of [1, 15, 17, 128, 200, 253]) {
      const answers = await answersTo(
        accessRequest(id++ & 255, [
          [NAME, 'budi'],
          [PASSWORD, randomBytes(length)],
        ]),
      );
      for (const answer of answers) expect(answer[0]).toBe(ACCESS_REJECT);
    }
  });

  it('with bytes in it that mean something elsewhere is refused', async () => {
    const authenticator = randomBytes(16);
    const secret = hiddenPassword('rahasia', router.client.secret, authenticator);
    for (const name of [
      'budi\0',
      '\0budi',
      'bu\0di',
      "budi'-- ",
      '%{User-Name}',
      'b'.repeat(253),
      '\xff\xfe',
      '`budi`',
      'budi;',
      'budi\r\n',
    ]) {
      const [answer] = await answersTo(
        accessRequest(
          id++ & 255,
          [
            [NAME, Buffer.from(name, 'latin1')],
            [PASSWORD, secret],
          ],
          authenticator,
        ),
      );
      expect(answer?.[0]).toBe(ACCESS_REJECT);
    }
  });

  it('with two names or two passwords is judged by one of them, and never let in with the wrong one', async () => {
    const authenticator = randomBytes(16);
    const [right, wrong] = ['rahasia', 'wrong'].map((text) => hiddenPassword(text, router.client.secret, authenticator));
    const [answer] = await answersTo(
      accessRequest(
        id++ & 255,
        [
          [NAME, 'nobody'],
          [NAME, 'budi'],
          [PASSWORD, wrong!],
          [PASSWORD, right!],
        ],
        authenticator,
      ),
    );
    expect(answer?.[0]).toBe(ACCESS_REJECT);
  });

  it('that is sent again gets the same answer again, and is one login', async () => {
    await isp.user('ulang');
    const request = pap('ulang', 'rahasia');
    const first = await answersTo(request, 4_000);
    const second = await answersTo(request, 4_000);
    expect(first[0]?.[0]).toBe(ACCESS_ACCEPT);
    expect(second[0]).toEqual(first[0]);
    await scenario.stored();
    expect((await isp.logins('ulang')).total).toBe(1);
  });

  it('that is replayed from another address, or as another tenant, is worth nothing', async () => {
    const request = pap('budi', 'rahasia');
    const stranger = await socketAt('127.0.7.66');
    const other = await scenario.isp();
    await other.router('127.0.7.67', { secret: 'its-own-secret' });
    const foreign = await socketAt('127.0.7.67');
    const answers: Buffer[] = [];
    for (const one of [stranger, foreign]) {
      one.on('message', (message) => answers.push(message));
      one.send(request, scenario.server.ports.auth, '127.0.0.1');
    }
    await sleep(2_000);
    for (const one of [stranger, foreign]) one.close();
    expect(answers.map((answer) => answer[0])).not.toContain(ACCESS_ACCEPT);
  });

  it('with a few bytes changed, a thousand of them, does no harm', async () => {
    for (let burst = 0; burst < 20; burst++) {
      for (let n = 0; n < 50; n++) {
        const packet = randomInt(2) ? whole() : randomBytes(randomInt(20, 400));
        for (let flips = randomInt(1, 8); flips > 0; flips--) packet[randomInt(packet.length)] = randomInt(256);
        socket.send(packet, scenario.server.ports.auth, '127.0.0.1');
      }
      await sleep(20);
    }
    await sleep(1_500);
    expect(received.filter((answer) => answer[0] === ACCESS_ACCEPT).length).toBeLessThan(500);
  });
});

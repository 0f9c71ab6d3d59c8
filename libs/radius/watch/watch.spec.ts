import { createHash, createHmac } from 'node:crypto';
import { loginRequest, probeReply, statusRequest } from './probe-packet';
import { parseResponseTimes } from './response-times';

const secret = 'probe-secret';
const key = Buffer.from(secret);

/** An answer as FreeRADIUS would sign it. */
function answer(request: Buffer, code: number, attributes: Buffer = Buffer.alloc(0), with_ = key): Buffer {
  const packet = Buffer.concat([Buffer.from([code, request[1]!, 0, 0]), request.subarray(4, 20), attributes]);
  packet.writeUInt16BE(packet.length, 2);
  const digest = createHash('md5')
    .update(Buffer.concat([packet, with_]))
    .digest();
  digest.copy(packet, 4);
  return packet;
}

describe('the packets of the probe', () => {
  it('are signed with a Message-Authenticator that comes first', () => {
    for (const { packet } of [
      statusRequest(7, secret),
      loginRequest(8, secret, { username: 'probe', password: 'x'.repeat(64), callingStationId: 'a' }),
    ]) {
      expect(packet.readUInt16BE(2)).toBe(packet.length);
      expect([...packet.subarray(20, 22)]).toEqual([80, 18]);
      const zeroed = Buffer.from(packet);
      zeroed.fill(0, 22, 38);
      expect(packet.subarray(22, 38)).toEqual(createHmac('md5', key).update(zeroed).digest());
    }
  });

  it('never hold the password in clear', () => {
    const { packet } = loginRequest(1, secret, { username: 'probe', password: 'kata sandi', callingStationId: 'a' });
    expect(packet.includes('kata')).toBe(false);
  });

  it('are answered by whoever has the secret, and by nobody else', () => {
    const asked = loginRequest(9, secret, { username: 'probe', password: 'x', callingStationId: 'a' });
    expect(probeReply(answer(asked.packet, 2), asked)?.kind).toBe('accept');
    expect(probeReply(answer(asked.packet, 3), asked)?.kind).toBe('reject');
    expect(probeReply(answer(asked.packet, 11), asked)?.kind).toBe('other');
    expect(probeReply(answer(asked.packet, 2, Buffer.alloc(0), Buffer.from('another')), asked)).toBeUndefined();
    const otherId = Buffer.from(answer(asked.packet, 2));
    otherId[1] = otherId[1]! ^ 1;
    expect(probeReply(otherId, asked)).toBeUndefined();
  });

  it('read the numbers of FreeRADIUS and step over everything else', () => {
    const asked = statusRequest(3, secret);
    const vendor = (number: number, value: number): Buffer => {
      const bytes = Buffer.from([26, 12, 0, 0, 0x2c, 0x50, number, 6, 0, 0, 0, 0]);
      bytes.writeUInt32BE(value, 8);
      return bytes;
    };
    const attributes = Buffer.concat([Buffer.from([18, 4, 104, 105]), vendor(129, 4_000_000_000), vendor(149, 7)]);
    expect([...probeReply(answer(asked.packet, 2, attributes), asked)!.statistics]).toEqual([
      [129, 4_000_000_000],
      [149, 7],
    ]);
  });

  it.each([
    ['too short', (packet: Buffer) => packet.subarray(0, 19)],
    ['longer than it is', (packet: Buffer) => Buffer.concat([packet.subarray(0, 2), Buffer.from([0xff, 0xff]), packet.subarray(4)])],
    ['cut off', (packet: Buffer) => packet.subarray(0, packet.length - 3)],
  ])('ignore an answer that is %s', (_what, spoil) => {
    const asked = statusRequest(3, secret);
    expect(probeReply(spoil(answer(asked.packet, 2, Buffer.from([18, 5, 97, 98, 99]))), asked)).toBeUndefined();
  });

  it('ignore an authentic answer whose attributes overlap its end', () => {
    const asked = statusRequest(3, secret);
    expect(probeReply(answer(asked.packet, 2, Buffer.from([18, 200, 1])), asked)).toBeUndefined();
    expect(probeReply(answer(asked.packet, 2, Buffer.from([18, 0, 1])), asked)).toBeUndefined();
  });
});

describe('what radmin says of response times', () => {
  it('becomes counts from the fastest to the slowest', () => {
    const text = ['requests\t9', 'elapsed.1us\t1', 'elapsed.10us\t2', 'elapsed.100us\t3', 'elapsed.1ms\t0', 'elapsed.10ms\t0']
      .concat(['elapsed.100ms\t0', 'elapsed.1s\t1', 'elapsed.10s\t2'])
      .join('\n');
    expect(parseResponseTimes(text)).toEqual({ counts: [1, 2, 3, 0, 0, 0, 1, 2], total: 9 });
  });

  it('is nothing when it is an error', () => {
    expect(parseResponseTimes('ERROR: Unknown command')).toBeUndefined();
  });
});

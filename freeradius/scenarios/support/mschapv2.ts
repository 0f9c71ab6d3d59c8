import { createCipheriv, createHash, randomBytes } from 'node:crypto';

// radclient cannot do MS-CHAPv2 by itself. RFC 2759 section 8; MD4 is RFC 1320, which Node's OpenSSL no longer offers.

export interface MsChapV2Response {
  readonly challenge: string;
  readonly response: string;
}

/** MS-CHAP-Challenge and MS-CHAP2-Response for a password, as hexadecimal attributes. */
export function msChapV2(username: string, password: string): MsChapV2Response {
  const authenticatorChallenge = randomBytes(16);
  const peerChallenge = randomBytes(16);
  const challenge = createHash('sha1')
    .update(Buffer.concat([peerChallenge, authenticatorChallenge, Buffer.from(username)]))
    .digest()
    .subarray(0, 8);
  const hash = Buffer.concat([md4(Buffer.from(password, 'utf16le')), Buffer.alloc(5)]);
  const ntResponse = Buffer.concat([0, 7, 14].map((at) => des(hash.subarray(at, at + 7), challenge)));
  const response = Buffer.concat([Buffer.from([0, 0]), peerChallenge, Buffer.alloc(8), ntResponse]);
  return { challenge: `0x${authenticatorChallenge.toString('hex')}`, response: `0x${response.toString('hex')}` };
}

/** Single DES, as triple DES with the same key three times: OpenSSL 3 still has that. */
function des(key: Buffer, block: Buffer): Buffer {
  const bits = BigInt(`0x${key.toString('hex')}`);
  const expanded = Buffer.from(Array.from({ length: 8 }, (_, index) => Number((bits >> BigInt(49 - 7 * index)) & 0x7fn) << 1));
  const cipher = createCipheriv('des-ede3', Buffer.concat([expanded, expanded, expanded]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

export function md4(message: Buffer): Buffer {
  const padded = Buffer.alloc((((message.length + 8) >> 6) + 1) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeUInt32LE(message.length * 8, padded.length - 8);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const rounds = [
    {
      mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
      add: 0,
      shifts: [3, 7, 11, 19],
      order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    },
    {
      mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
      add: 0x5a827999,
      shifts: [3, 5, 9, 13],
      order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    },
    {
      mix: (x: number, y: number, z: number) => x ^ y ^ z,
      add: 0x6ed9eba1,
      shifts: [3, 9, 11, 15],
      order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    },
  ];
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state as unknown as [number, number, number, number];
    for (const { mix, add, shifts, order } of rounds) {
      for (const [index, word] of order.entries()) {
        const sum = (a + mix(b, c, d) + padded.readUInt32LE(block + word * 4) + add) >>> 0;
        const shift = shifts[index % 4]!;
        [a, b, c, d] = [d, ((sum << shift) | (sum >>> (32 - shift))) >>> 0, b, c];
      }
    }
    [a, b, c, d].forEach((value, index) => (state[index] = state[index]! + value));
  }
  const digest = Buffer.alloc(16);
  state.forEach((value, index) => digest.writeUInt32LE(value, index * 4));
  return digest;
}

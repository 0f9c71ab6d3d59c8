import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Offsets from JALA_PORT_BASE. */
export const PORT_OFFSETS = Object.freeze({
  http: 0,
  worker: 1,
  mariadb: 2,
  redis: 3,
  radiusAuth: 4,
  radiusAcct: 5,
  coa: 6,
  // UDP, beside TCP services of the same number.
  radiusRadsecStatus: 1,
  radiusAcctStatus: 2,
  radiusDrainStatus: 3,
  radiusProbe: 7,
  radiusStatus: 8,
  // TCP; UDP is how its logins reach the auth process.
  radsec: 9,
});

/** @typedef {Record<keyof typeof PORT_OFFSETS, number>} PortPlan */

/**
 * @param {number} base
 * @returns {PortPlan}
 */
export function portPlan(base) {
  return /** @type {PortPlan} */ (Object.fromEntries(Object.entries(PORT_OFFSETS).map(([name, offset]) => [name, base + offset])));
}

/**
 * @param {number} port 0 for any
 * @returns {Promise<{ port: number, release: () => Promise<void> } | undefined>} undefined when it is taken
 */
function holdTcp(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ port: address.port, release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

/**
 * @param {number} port 0 for any
 * @returns {Promise<{ port: number, release: () => Promise<void> } | undefined>}
 */
function holdUdp(port) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: LOOPBACK, exclusive: true }, () => {
      resolve({ port: socket.address().port, release: () => new Promise((done) => socket.close(() => done())) });
    });
  });
}

/**
 * @param {'tcp' | 'udp'} protocol
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isPortFree(protocol, port) {
  const held = await (protocol === 'tcp' ? holdTcp(port) : holdUdp(port));
  await held?.release();
  return held !== undefined;
}

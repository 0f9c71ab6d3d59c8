import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { isPortFree } from './ports.mjs';

const LOWEST = 10_000;
/** Linux's own default for the first port of outgoing connections. */
const USUAL_FIRST_OUTGOING = 32_768;
const TRIES = 1_000;

/** @returns {number} the first port that the kernel gives to outgoing connections */
function firstOutgoing() {
  try {
    const first = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return first > LOWEST * 2 ? first : USUAL_FIRST_OUTGOING;
  } catch {
    return USUAL_FIRST_OUTGOING;
  }
}

/**
 * A name in Linux's abstract socket namespace: one process can have it, and the kernel takes it back when that ends.
 * @param {number} port
 * @returns {Promise<(() => void) | undefined>} gives the claim up; undefined when another process has it
 */
function claim(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(`\0jala-port-${port}`, () => {
      server.unref();
      resolve(() => server.close());
    });
  });
}

/**
 * Ports for services that are started a moment later. Nobody else gets one of them: not another test, which has to claim it too
 * for as long as this process lives, and not an outgoing connection, for which the kernel takes higher numbers.
 * @param {number} count
 * @returns {Promise<number[]>} one after the other, free for TCP and for UDP
 */
export async function freePorts(count) {
  const places = firstOutgoing() - LOWEST - count;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const first = LOWEST + Math.floor(Math.random() * places);
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    const claims = await Promise.all(ports.map(claim));
    const free = await Promise.all(ports.flatMap((port) => [isPortFree('tcp', port), isPortFree('udp', port)]));
    if (claims.every(Boolean) && free.every(Boolean)) return ports;
    for (const giveUp of claims) giveUp?.();
  }
  throw new Error(`Found no ${count} free ports in a row.`);
}

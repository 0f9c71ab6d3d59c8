import { setTimeout as sleep } from 'node:timers/promises';
import { probeRadius, radiusString } from './freeradius.mjs';
import { LaunchFailure } from './failure.mjs';

/**
 * @typedef {object} ProofPlace
 * @property {string} dataDir
 * @property {import('./ports.mjs').PortPlan} ports
 * @property {string} probeSecret
 */

/**
 * Sends what a router sends when the demo customer dials in. The worker publishes the router to FreeRADIUS after it
 * has started, so the first packets may meet silence.
 * @param {ProofPlace} place
 * @param {import('./first-start.mjs').DemoAccess} demo
 * @param {number} timeoutMs
 * @returns {Promise<import('./freeradius.mjs').ProbeAnswer>}
 */
export async function askForCustomer({ dataDir, ports }, demo, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await probeRadius({
      dataDir,
      port: ports.radiusAuth,
      kind: 'auth',
      secret: demo.router.secret,
      attributes: {
        'User-Name': radiusString(demo.customer.username),
        'User-Password': radiusString(demo.customer.password),
        'Calling-Station-Id': radiusString('02:00:00:00:00:01'),
        'NAS-IP-Address': '127.0.0.1',
        'Service-Type': 'Framed-User',
        'Framed-Protocol': 'PPP',
        'Message-Authenticator': '0x00',
      },
    });
    if (answer !== 'silent' || Date.now() > deadline) return answer;
    await sleep(100);
  }
}

/**
 * RFC 5997: a server that answers Status-Server is up, whoever its customers are.
 * @param {ProofPlace} place
 */
export async function requireStatusAnswer({ dataDir, ports, probeSecret }) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await probeRadius({
      dataDir,
      port: ports.radiusStatus,
      kind: 'status',
      secret: probeSecret,
      attributes: { 'Message-Authenticator': '0x00' },
    });
    if (answer === 'accepted') return;
    if (Date.now() > deadline) {
      throw new LaunchFailure('FreeRADIUS runs but does not answer Status-Server.', 'Look at logs/radius-auth.log in the data folder.');
    }
    await sleep(100);
  }
}

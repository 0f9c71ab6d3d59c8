import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { readTextIfPresent, writeFileAtomically } from './files.mjs';
import { inRepository } from './paths.mjs';

const RADDB = inRepository('freeradius', 'raddb');

/** Authentication, the accounting front end without a database, the drain from its spool to the database, and RADIUS over TLS. */
export const RADIUS_PROCESSES = /** @type {const} */ (['auth', 'acct', 'drain', 'radsec']);

/** @typedef {typeof RADIUS_PROCESSES[number]} RadiusProcess */

/** @param {string} dataDir */
export const radiusDir = (dataDir) => join(dataDir, 'radius');

/**
 * @param {string} dataDir
 * @param {RadiusProcess} name
 * @returns {string} the socket on which radmin reaches it
 */
export const controlSocket = (dataDir, name) => join(radiusDir(dataDir), `${name}.sock`);

/**
 * @param {{ dataDir: string, ports: import('./ports.mjs').PortPlan, secrets: import('./secrets.mjs').Secrets }} place
 * @returns {Record<string, string>}
 */
export function radiusEnvironment({ dataDir, ports, secrets }) {
  return {
    RADIUS_RUN_DIR: radiusDir(dataDir),
    RADIUS_CLIENTS_DIR: join(radiusDir(dataDir), 'clients.d'),
    RADIUS_AUTH_PORT: String(ports.radiusAuth),
    RADIUS_ACCT_PORT: String(ports.radiusAcct),
    RADIUS_STATUS_PORT: String(ports.radiusStatus),
    RADIUS_ACCT_STATUS_PORT: String(ports.radiusAcctStatus),
    RADIUS_DRAIN_STATUS_PORT: String(ports.radiusDrainStatus),
    RADIUS_RADSEC_STATUS_PORT: String(ports.radiusRadsecStatus),
    RADIUS_PROBE_PORT: String(ports.radiusProbe),
    RADIUS_RADSEC_PORT: String(ports.radsec),
    RADIUS_PROBE_SECRET: secrets.radiusProbe,
    RADIUS_DB_HOST: '127.0.0.1',
    RADIUS_DB_PORT: String(ports.mariadb),
    RADIUS_DB_USER: 'jala_radius',
    RADIUS_DB_PASSWORD: secrets.dbRadius,
  };
}

/**
 * @param {RadiusProcess} name
 * @param {Record<string, string>} environment
 * @returns {import('./child-process.mjs').Command}
 */
export function radiusCommand(name, environment) {
  return { command: 'freeradius', args: ['-f', '-d', RADDB, '-n', name], env: { ...process.env, ...environment } };
}

/**
 * The certificate that PEAP and TTLS need: made once, unless the operator names a directory with one of his own.
 * @param {Record<string, string>} environment
 */
export async function ensureEapCertificate(environment) {
  if (process.env['RADIUS_EAP_CERT_DIR']) return;
  const { code, stderr } = await run({
    command: inRepository('freeradius', 'eap-certificate'),
    args: [join(/** @type {string} */ (environment['RADIUS_RUN_DIR']), 'eap')],
    timeoutMs: 60_000,
  });
  if (code !== 0) throw new LaunchFailure('The certificate for EAP could not be made.', 'Is openssl installed?', { details: stderr });
}

/**
 * What the radsec process proves itself with. Jala's own CA issues it, so it comes out of the database (`radius:certificate`).
 * @param {Record<string, string>} environment
 */
const radsecCertificateFile = (environment) =>
  join(process.env['RADIUS_RADSEC_CERT_DIR'] || join(/** @type {string} */ (environment['RADIUS_RUN_DIR']), 'radsec'), 'server.pem');

/**
 * Whether there is one to start with; whether it should be renewed is the worker's business.
 * @param {Record<string, string>} environment
 * @returns {boolean}
 */
export function hasRadsecCertificate(environment) {
  const text = readTextIfPresent(radsecCertificateFile(environment));
  if (!text) return false;
  try {
    return Date.parse(new X509Certificate(text).validTo) > Date.now();
  } catch {
    return false;
  }
}

/**
 * @param {Record<string, string>} environment
 * @returns {number} a number that changes when the certificate does
 */
export function radsecCertificateVersion(environment) {
  return statSync(radsecCertificateFile(environment), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The flag of a socket that accepts connections, in the kernel's list of unix sockets. */
const ACCEPTS_CONNECTIONS = '00010000';

/**
 * Whether the process listens on its control socket, which it does after everything else. Looking is quieter than
 * connecting, of which every attempt leaves an error in the log.
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function controlSocketListens(path) {
  const sockets = await readFile('/proc/net/unix', 'utf8');
  return sockets.split('\n').some((line) => line.endsWith(` ${path}`) && line.split(' ')[3] === ACCEPTS_CONNECTIONS);
}

/**
 * @typedef {'accepted' | 'rejected' | 'silent'} ProbeAnswer
 */

/**
 * Sends one real packet from the loopback address.
 * @param {{ dataDir: string, port: number, kind: 'auth' | 'status', secret: string, attributes: Record<string, string> }} probe
 * @returns {Promise<ProbeAnswer>}
 */
export async function probeRadius({ dataDir, port, kind, secret, attributes }) {
  // In a file, because the arguments of a process can be read by every local user.
  const secretFile = join(radiusDir(dataDir), 'probe-secret');
  writeFileAtomically(secretFile, `${secret}\n`);
  const input = Object.entries(attributes)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  const { stdout } = await run({
    command: 'radclient',
    args: ['-r', '1', '-t', '1', '-x', '-S', secretFile, `127.0.0.1:${port}`, kind],
    input: `${input}\n`,
    timeoutMs: 10_000,
  });
  if (/Received Access-Accept/.test(stdout)) return 'accepted';
  if (/Received Access-Reject/.test(stdout)) return 'rejected';
  return 'silent';
}

/** @param {string} text */
export const radiusString = (text) => `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;

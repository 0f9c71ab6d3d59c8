import { get } from 'node:http';
import { join } from 'node:path';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { controlSocket, RADIUS_PROCESSES } from './freeradius.mjs';
import { quote } from './mariadb.mjs';
import { DIST } from './paths.mjs';

/** Everything of this file speaks to Jala's own programs: their entry points, their environment, their commands. */

const ENTRY = {
  platform: join(DIST, 'apps/platform/src/main.js'),
  worker: join(DIST, 'apps/worker/src/main.js'),
  cli: join(DIST, 'apps/cli/src/main.js'),
};

/** Requests and jobs leave much short-lived memory behind; a larger nursery lets most of it die before it is copied. */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=64'];

const CENTRAL_DATABASE = 'jala_central';

/**
 * What the launcher itself decides. Everything else (mail, log level, root domain …) may be set by the person who starts it.
 * @param {{ dataDir: string, ports: import('./ports.mjs').PortPlan, databaseSocket: string, redisUrl: string, secrets: import('./secrets.mjs').Secrets, radius: Record<string, string> }} place
 * @returns {Record<string, string>}
 */
export function applicationEnvironment({ dataDir, ports, databaseSocket, redisUrl, secrets, radius }) {
  return {
    // Said here because the programs take themselves for production when nobody says otherwise.
    JALA_ENV: 'development',
    JALA_DATA_DIR: dataDir,
    JALA_HTTP_HOST: httpHost(),
    JALA_HTTP_PORT: String(ports.http),
    JALA_PUBLIC_PORT: String(ports.http),
    JALA_PUBLIC_SCHEME: 'http',
    JALA_WORKER_PORT: String(ports.worker),
    JALA_ENCRYPTION_KEYS: secrets.encryptionKeys,
    JALA_JWT_SECRET: secrets.jwt,
    TENANT_MODE: 'local',
    CENTRAL_DB_HOST: '127.0.0.1',
    CENTRAL_DB_PORT: String(ports.mariadb),
    CENTRAL_DB_SOCKET: databaseSocket,
    CENTRAL_DB_NAME: CENTRAL_DATABASE,
    CENTRAL_DB_USER: 'jala_app',
    CENTRAL_DB_PASSWORD: secrets.dbApp,
    PROVISION_DB_USER: 'jala_provision',
    PROVISION_DB_PASSWORD: secrets.dbProvision,
    REDIS_URL: redisUrl,
    ...radius,
    RADIUS_AUTH_HOST: '127.0.0.1',
    RADIUS_STATUS_SERVERS: [
      `auth=127.0.0.1:${ports.radiusStatus}`,
      `acct=127.0.0.1:${ports.radiusAcctStatus}`,
      `drain=127.0.0.1:${ports.radiusDrainStatus}`,
      `radsec=127.0.0.1:${ports.radiusRadsecStatus}`,
    ].join(','),
    RADIUS_CONTROL_SOCKETS: RADIUS_PROCESSES.map((name) => controlSocket(dataDir, name)).join(','),
    COA_PORT: String(ports.coa),
  };
}

/** @returns {string} the address the platform listens on: this machine only, unless somebody wants more */
export function httpHost() {
  return process.env['JALA_HTTP_HOST'] || '127.0.0.1';
}

/** @returns {boolean} whether mails go to a page and not to people; so it is unless whoever starts it names a mail server */
export function showsMails() {
  return process.env['MAIL_TRANSPORT'] !== 'smtp';
}

/**
 * The accounts of the database server, brought in line with the secrets at every start.
 * A host of '%' is no wider than the network of the server: the launcher's listens on the loopback interface only.
 * @param {Pick<import('./secrets.mjs').Secrets, 'dbApp' | 'dbProvision' | 'dbRadius'>} secrets
 * @returns {string[]}
 */
export function databaseAccounts(secrets) {
  const accounts = { jala_app: secrets.dbApp, jala_provision: secrets.dbProvision, jala_radius: secrets.dbRadius };
  return [
    `CREATE DATABASE IF NOT EXISTS ${CENTRAL_DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    ...Object.entries(accounts).flatMap(([user, password]) => [
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY ${quote(password)}`,
      `ALTER USER '${user}'@'%' IDENTIFIED BY ${quote(password)}`,
    ]),
    `GRANT ALL PRIVILEGES ON ${CENTRAL_DATABASE}.* TO 'jala_app'@'%'`,
    "GRANT CREATE USER ON *.* TO 'jala_provision'@'%'",
    "GRANT ALL PRIVILEGES ON `t\\_%`.* TO 'jala_provision'@'%' WITH GRANT OPTION",
  ];
}

/**
 * @param {'platform' | 'worker'} program
 * @param {Record<string, string>} environment
 * @returns {import('./child-process.mjs').Command}
 */
export function programCommand(program, environment) {
  return { command: process.execPath, args: [...NODE_FLAGS, ENTRY[program]], env: { ...process.env, ...environment } };
}

/** Addresses that mean "every address" can be listened on, not spoken to. */
const SPOKEN_TO = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/**
 * @param {number} port
 * @param {string} path
 * @param {string} [host] the address it listens on
 * @returns {Promise<boolean>} whether it answers 2xx
 */
export function answersHttp(port, path, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const request = get({ host: SPOKEN_TO.get(host) ?? host, port, path, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} environment
 * @returns {import('./child-process.mjs').Command}
 */
export function cliCommand(args, environment) {
  return { command: process.execPath, args: ['--enable-source-maps', ENTRY.cli, ...args], env: { ...process.env, ...environment } };
}

/**
 * @param {Record<string, string>} environment
 * @param {string[]} args
 * @param {{ what: string, input?: string, timeoutMs?: number }} options `what` completes "… failed."
 * @returns {Promise<string>} its standard output
 */
async function runCli(environment, args, { what, input, timeoutMs = 300_000 }) {
  const result = await run({ ...cliCommand(args, environment), input, timeoutMs });
  if (result.code === 0) return result.stdout;
  throw new LaunchFailure(`${what} failed.`, 'Mend what is named above and start again; what was done already is not done twice.', {
    details: `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-20).join('\n'),
  });
}

/**
 * Brings the central database and every tenant's database to the current version.
 * @param {Record<string, string>} environment
 */
export async function migrate(environment) {
  await runCli(environment, ['migrate'], { what: 'The migration of the databases' });
}

/**
 * Jala's own CA issues the certificate of FreeRADIUS's radsec process.
 * @param {Record<string, string>} environment
 */
export async function issueRadsecCertificate(environment) {
  await runCli(environment, ['radius:certificate'], { what: 'The issue of the certificate for RadSec' });
}

/**
 * @param {Record<string, string>} environment
 * @param {{ email: string, password: string }} superadmin
 */
export async function seedSuperadmin(environment, { email, password }) {
  await runCli(environment, ['seed:superadmin', '--email', email, '--password-stdin'], {
    what: 'The creation of the first super admin',
    input: `${password}\n`,
  });
}

/**
 * @param {Record<string, string>} environment
 * @param {{ ownerPassword: string, routerSecret: string }} secrets
 * @returns {Promise<import('./first-start.mjs').DemoAccess>}
 */
export async function seedDemo(environment, { ownerPassword, routerSecret }) {
  const output = await runCli(environment, ['seed:demo', '--secrets-stdin'], {
    what: 'The creation of the demo tenant',
    input: `${JSON.stringify({ owner_password: ownerPassword, router_secret: routerSecret })}\n`,
  });
  const line = output.trim().split('\n').at(-1) ?? '';
  return JSON.parse(line);
}

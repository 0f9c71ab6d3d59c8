import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { run } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { writeFileAtomically } from './files.mjs';

/** What every Jala database server is set to, wherever it runs: UTC and utf8mb4, so that no client has to ask for them. */
export const SERVER_SETTINGS = Object.freeze([
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--default-time-zone=+00:00',
  '--skip-name-resolve',
  '--local-infile=OFF',
  '--max-connections=400',
]);

/**
 * A tenant has some 35 tables, and each connection of FreeRADIUS opens those it uses: a table that has to be opened anew for a login
 * or a record of accounting, its triggers read again, costs more than either. MariaDB itself lowers what the limit of open files does
 * not allow.
 */
export const TABLE_CACHES = Object.freeze(['--table-definition-cache=40000', '--table-open-cache=20000']);

/** A throw-away server may lose everything at a power cut; what it saves is most of the time of a test run. */
const THROWAWAY_SETTINGS = Object.freeze([
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=OFF',
  '--innodb-buffer-pool-size=256M',
  '--innodb-log-file-size=64M',
]);

const MEBIBYTE = 1_048_576;

/** A quarter of the memory, which MariaDB takes as it needs it: the rows that logins read should not come from the disk. */
const bufferPoolMebibytes = Math.min(Math.max(Math.floor(totalmem() / 4 / MEBIBYTE), 256), 8_192);

const DURABLE_SETTINGS = Object.freeze([
  '--innodb-flush-log-at-trx-commit=1',
  `--innodb-buffer-pool-size=${bufferPoolMebibytes}M`,
  ...TABLE_CACHES,
]);

/**
 * @typedef {object} MariadbPlace
 * @property {string} dataDir
 * @property {string} socket
 * @property {number} port
 * @property {string} pidFile
 * @property {string} initFile
 * @property {string} temporaryDir
 */

/**
 * @param {string} root folder with the data, the sockets and everything else of this server
 * @param {number} port
 * @returns {MariadbPlace}
 */
export function mariadbPlace(root, port) {
  return {
    dataDir: join(root, 'mysql'),
    socket: join(root, 'run', 'mariadb.sock'),
    port,
    pidFile: join(root, 'run', 'mariadb.pid'),
    initFile: join(root, 'run', 'mariadb-init.sql'),
    temporaryDir: join(root, 'run'),
  };
}

/** mariadbd refuses root unless it is told so; the folder is ours alone either way. */
const asCurrentUser = () => (process.getuid?.() === 0 ? ['--user=root'] : []);

/**
 * @param {MariadbPlace} place
 * @param {'throwaway' | 'durable'} profile
 * @returns {import('./child-process.mjs').Command}
 */
export function mariadbCommand(place, profile) {
  return {
    command: 'mariadbd',
    args: [
      '--no-defaults',
      ...asCurrentUser(),
      `--datadir=${place.dataDir}`,
      `--socket=${place.socket}`,
      `--port=${place.port}`,
      '--bind-address=127.0.0.1',
      `--pid-file=${place.pidFile}`,
      `--init-file=${place.initFile}`,
      `--tmpdir=${place.temporaryDir}`,
      `--secure-file-priv=${place.temporaryDir}`,
      ...SERVER_SETTINGS,
      ...(profile === 'throwaway' ? THROWAWAY_SETTINGS : DURABLE_SETTINGS),
    ],
  };
}

/**
 * Creates the system tables. They appear under their final name only when they are whole, so that an interrupted run
 * leaves nothing that could be taken for a database.
 * @param {MariadbPlace} place
 */
export async function initialiseMariadb(place) {
  if (existsSync(place.dataDir)) return;
  const parent = join(place.dataDir, '..');
  for (const name of readdirSync(parent)) {
    if (name.startsWith('mysql.new')) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const unfinished = `${place.dataDir}.new`;
  mkdirSync(unfinished, { mode: 0o700 });
  const result = await run({
    command: 'mariadb-install-db',
    args: [
      '--no-defaults',
      ...asCurrentUser(),
      `--datadir=${unfinished}`,
      `--tmpdir=${place.temporaryDir}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    timeoutMs: 120_000,
  });
  if (result.code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw initialisationFailure(`${result.stdout}\n${result.stderr}`);
  }
  renameSync(unfinished, place.dataDir);
}

/**
 * @param {string} output
 * @returns {LaunchFailure}
 */
function initialisationFailure(output) {
  if (mentionsFullDisk(output)) {
    return new LaunchFailure('The disk filled up while MariaDB created its system tables.', 'Make room and start again.');
  }
  const errors = output.split('\n').filter((line) => /error|fatal|cannot|can't/i.test(line));
  return new LaunchFailure('MariaDB could not create its system tables.', 'Mend what MariaDB complains about and start again.', {
    details: (errors.length > 0 ? errors : output.trim().split('\n')).slice(-12).join('\n'),
  });
}

/**
 * @param {string} log
 * @returns {boolean}
 */
export function mentionsFullDisk(log) {
  return /No space left on device|errno: 28|error: 28|Errcode: 28|Disk is full|table .* is full/i.test(log);
}

/**
 * The statements run before the first connection is accepted: the server is at no moment reachable without passwords.
 * MariaDB reads the file line by line, so each statement stands on one line.
 * @param {MariadbPlace} place
 * @param {string[]} statements
 */
export function writeInitFile(place, statements) {
  writeFileAtomically(place.initFile, `${statements.map((statement) => `${statement};`).join('\n')}\n`);
}

/**
 * root keeps only its local accounts, each with a password.
 * @param {string} password
 * @returns {string[]}
 */
export function rootStatements(password) {
  const quoted = quote(password);
  return [
    "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '127.0.0.1'))",
    'FLUSH PRIVILEGES',
    ...['localhost', '127.0.0.1'].flatMap((host) => [
      `CREATE USER IF NOT EXISTS 'root'@'${host}' IDENTIFIED BY ${quoted}`,
      `ALTER USER 'root'@'${host}' IDENTIFIED BY ${quoted}`,
      `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${host}' WITH GRANT OPTION`,
    ]),
  ];
}

/**
 * @param {string} text
 * @returns {string} an SQL string literal
 */
export function quote(text) {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}

/**
 * Whether the server greets: it does so only when recovery and the init file are done.
 * @param {MariadbPlace} place
 * @returns {Promise<boolean>}
 */
export function mariadbGreets(place) {
  return new Promise((resolve) => {
    const socket = connect({ path: place.socket });
    /** @param {boolean} answer */
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    // Byte 4 of the first packet is the protocol version, 10; an error packet has 0xff there.
    socket.once('data', (packet) => finish(packet[4] === 10));
  });
}

/**
 * A MariaDB of its own, to be killed and restarted at will. Reads one command a line from standard input (`stop`, `kill`, `start`, `freeze`, `thaw`),
 * answers each with one line of JSON, and stops everything when its input closes, whatever way the test ends.
 * Argument: `tls` for a server that accepts TLS only.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../../scripts/lib/child-process.mjs';
import { writeJsonAtomically } from '../../../../scripts/lib/files.mjs';
import {
  initialiseMariadb,
  mariadbCommand,
  mariadbGreets,
  mariadbPlace,
  rootStatements,
  writeInitFile,
} from '../../../../scripts/lib/mariadb.mjs';
import { freePorts } from '../../../../scripts/lib/free-ports.mjs';
import { identifyProcess } from '../../../../scripts/lib/process-identity.mjs';

const tls = process.argv.includes('tls');
const root = mkdtempSync(join(tmpdir(), 'jala-test-'));
// The sweep for folders of killed tests goes by this file.
writeJsonAtomically(join(root, 'owner.json'), identifyProcess(process.pid));
mkdirSync(join(root, 'run'), { mode: 0o700 });
const [port = 0] = await freePorts(1);
const place = mariadbPlace(root, port);
const password = randomBytes(12).toString('hex');
const certificates = tls ? makeCertificates() : undefined;
await initialiseMariadb(place);
writeInitFile(place, rootStatements(password));
/** @type {import('../../../../scripts/lib/child-process.mjs').RunningChild | undefined} */
let server;

/** @param {unknown} value */
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function makeCertificates() {
  const path = (/** @type {string} */ name) => join(root, 'run', name);
  const openssl = (/** @type {string[]} */ ...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  for (const name of ['ca', 'stranger']) {
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.pem`),
      '-days',
      '2',
      '-subj',
      '/CN=Jala test authority',
    );
  }
  openssl('req', ...key, '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', '/CN=database');
  writeFileSync(path('server.ext'), 'subjectAltName=IP:127.0.0.1');
  const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
  openssl(
    'x509',
    '-req',
    '-in',
    path('server.csr'),
    ...authority,
    '-days',
    '2',
    '-extfile',
    path('server.ext'),
    '-out',
    path('server.pem'),
  );
  return {
    ca: readFileSync(path('ca.pem'), 'utf8'),
    stranger: readFileSync(path('stranger.pem'), 'utf8'),
    args: [
      `--ssl-ca=${path('ca.pem')}`,
      `--ssl-cert=${path('server.pem')}`,
      `--ssl-key=${path('server.key')}`,
      '--require-secure-transport=ON',
    ],
  };
}

async function start() {
  const { command, args } = mariadbCommand(place, 'throwaway');
  // A commit must survive the death of the server process: that is what is being tested.
  server = startChild(
    { command, args: [...args, '--innodb-flush-log-at-trx-commit=2', ...(certificates?.args ?? [])] },
    join(root, 'mariadb.log'),
  );
  while (!(await mariadbGreets(place))) {
    if (server.end()) throw new Error(readFileSync(join(root, 'mariadb.log'), 'utf8').slice(-2_000));
    await sleep(10);
  }
}

async function end() {
  await server?.stop(0);
  rmSync(root, { recursive: true, force: true });
  process.exit(0);
}

/** @param {string} command */
async function obey(command) {
  if (command === 'start') return start();
  if (command === 'freeze' || command === 'thaw') {
    if (server) process.kill(server.identity.pid, command === 'freeze' ? 'SIGSTOP' : 'SIGCONT');
    return undefined;
  }
  return server?.stop(command === 'kill' ? 0 : 20_000);
}

await start();
const address = { host: '127.0.0.1', port, user: 'root', password, ...(certificates && { tlsCa: certificates.ca }) };
say({ root: address, strangerCa: certificates?.stranger });
const commands = createInterface({ input: process.stdin });
commands.on('line', (command) => {
  void obey(command).then(() => say({ done: command }));
});
commands.on('close', () => void end());
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end());

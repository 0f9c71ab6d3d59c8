import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child-process.mjs';
import { LaunchFailure } from './failure.mjs';
import { readDisposableJson, tailOf, writeJsonAtomically } from './files.mjs';
import { initialiseMariadb, mariadbCommand, mariadbGreets, mariadbPlace, rootStatements, writeInitFile } from './mariadb.mjs';
import { freePorts } from './free-ports.mjs';
import { identifyProcess, isAlive } from './process-identity.mjs';
import { redisAnswers, redisCommand, redisPlace, redisUrl } from './redis.mjs';

const PREFIX = 'jala-test-';
const OWNER_FILE = 'owner.json';

/**
 * @typedef {object} TestServices
 * @property {{ host: string, port: number, socket: string, rootPassword: string }} mariadb
 * @property {{ port: number, url: string }} redis
 */

/**
 * A MariaDB and a Redis of their own in a temporary folder, on free ports of the loopback interface.
 * @param {{ profile?: 'throwaway' | 'durable' }} [options]
 * @returns {Promise<{ services: TestServices, root: string, stop: () => Promise<void> }>}
 */
export async function startThrowawayServices({ profile = 'throwaway' } = {}) {
  sweepAbandoned();
  const root = mkdtempSync(join(tmpdir(), PREFIX));
  /** @type {import('./child-process.mjs').RunningChild[]} */
  const children = [];
  const stop = async () => {
    // Nothing in the folder is wanted any more, so nobody needs to be given time to tidy up.
    await Promise.all(children.map((child) => child.stop(profile === 'throwaway' ? 0 : 10_000)));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    writeJsonAtomically(join(root, OWNER_FILE), identifyProcess(process.pid));
    for (const name of ['run', 'redis']) mkdirSync(join(root, name), { mode: 0o700 });
    const [mariadbPort, redisPort] = /** @type {[number, number]} */ (await freePorts(2));
    const rootPassword = randomBytes(18).toString('base64url');
    const redis = redisPlace(root, redisPort);
    const mariadb = mariadbPlace(root, mariadbPort);

    const redisLog = join(root, 'redis.log');
    const redisServer = startChild(redisCommand(redis, profile), redisLog);
    children.push(redisServer);
    await initialiseMariadb(mariadb);
    writeInitFile(mariadb, rootStatements(rootPassword));
    const mariadbLog = join(root, 'mariadb.log');
    const mariadbServer = startChild(mariadbCommand(mariadb, profile), mariadbLog);
    children.push(mariadbServer);

    await waitUntil('MariaDB', mariadbServer, mariadbLog, () => mariadbGreets(mariadb));
    await waitUntil('Redis', redisServer, redisLog, () => redisAnswers(redis));
    return {
      root,
      stop,
      services: {
        mariadb: { host: '127.0.0.1', port: mariadbPort, socket: mariadb.socket, rootPassword },
        redis: { port: redisPort, url: redisUrl(redis) },
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} name
 * @param {import('./child-process.mjs').RunningChild} child
 * @param {string} log
 * @param {() => Promise<boolean>} isReady
 */
async function waitUntil(name, child, log, isReady) {
  const deadline = Date.now() + 60_000;
  while (!(await isReady())) {
    if (child.end() || Date.now() > deadline) {
      const why = child.end() ? 'ended' : 'was not ready after 60 s';
      throw new LaunchFailure(`The throw-away ${name} ${why}.`, 'Mend what its log complains about.', { details: tailOf(log) });
    }
    await sleep(20);
  }
}

/** Folders whose owner was killed before it could remove them. */
function sweepAbandoned() {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = readDisposableJson(join(folder, OWNER_FILE));
    // Without an owner it is being created this very moment by somebody else.
    if (owner && !isAlive(owner)) rmSync(folder, { recursive: true, force: true });
  }
}

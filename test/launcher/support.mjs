import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../scripts/lib/free-ports.mjs';
import { extendSearchPath } from '../../scripts/lib/packages.mjs';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const READY = /^RADIUS (accepted|answers) .*$/m;
const START_TIMEOUT_MS = 120_000;

extendSearchPath();

/** @type {Set<import('node:child_process').ChildProcess>} */
const launched = new Set();

/** Whatever became of a test, what it started does not outlive it. */
after(() =>
  Promise.all(
    [...launched].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }),
  ),
);

/** @typedef {{ data: string, base: number, env?: Record<string, string>, repository?: string, prefix?: string[], command?: string[] }} Place where an instance lives, as whom and by which command */

/**
 * A folder that is removed after the tests of this file, whatever became of them.
 * @param {import('node:test').TestContext | { after: (fn: () => void) => void }} test
 * @returns {string}
 */
export function temporaryFolder(test) {
  const folder = mkdtempSync(join(tmpdir(), 'jl-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @returns {Promise<number>} the first of ten ports that nobody else gets */
export async function freePortBase() {
  const [base = 0] = await freePorts(10);
  return base;
}

/** @param {Place} place */
function environmentOf({ data, base, env }) {
  return { ...process.env, JALA_DATA: data, JALA_PORT_BASE: String(base), NO_COLOR: '1', ...env };
}

/**
 * npm start in a place of its own. Resolves when it is ready or has ended, whichever comes first.
 * @param {Place} place
 * @param {string[]} [args]
 */
export async function start(place, args = ['--empty']) {
  const launch = place.command ?? [process.execPath, join(place.repository ?? REPOSITORY, 'scripts/start.mjs'), ...args];
  const [command, ...rest] = [...(place.prefix ?? []), ...launch];
  const child = spawn(/** @type {string} */ (command), rest, {
    env: environmentOf(place),
    cwd: place.repository ?? REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launched.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!READY.test(output) && child.exitCode === null && child.signalCode === null) {
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`npm start was neither ready nor ended after ${START_TIMEOUT_MS / 1_000} s:\n${output}`);
    }
    await sleep(20);
  }
  return {
    child,
    /** @type {Promise<number | NodeJS.Signals>} */
    ended,
    output: () => output,
    isReady: READY.test(output),
    /** @returns {Promise<number | NodeJS.Signals>} how it ended */
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
    /** @param {RegExp} pattern */
    says: (pattern) => until(`the launcher to say ${pattern}`, () => pattern.test(output), 60_000),
  };
}

/**
 * npm stop in that place.
 * @param {Place} place
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export async function stop(place) {
  const child = spawn(process.execPath, [join(REPOSITORY, 'scripts/stop.mjs')], {
    env: environmentOf(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  return { code, output };
}

/** @param {string} data */
export const runFileOf = (data) => JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'));

/** @param {number} pid */
export function exists(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * @param {string} what
 * @param {() => unknown} isSo
 * @param {number} [timeoutMs]
 */
export async function until(what, isSo, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what}`);
    await sleep(25);
  }
}

/** @param {number} port @param {string} [path] */
export async function httpStatus(port, path = '/api/health') {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  } catch {
    return undefined;
  }
}

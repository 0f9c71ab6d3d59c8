import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { endGroup, endProcess, identifyProcess, signalGroup } from './process-identity.mjs';

/**
 * @typedef {object} Command
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env] replaces the environment when given
 * @property {string} [cwd]
 */

/**
 * @typedef {object} RunningChild
 * @property {import('./process-identity.mjs').ProcessIdentity} identity
 * @property {Promise<ChildEnd>} ended
 * @property {() => ChildEnd | undefined} end
 * @property {(graceMs: number) => Promise<void>} stop
 */

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, error?: Error }} ChildEnd */

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Starts a long-running child in a session of its own, so that Ctrl-C in the terminal reaches only the launcher, which
 * then stops its children in order. Where util-linux allows it the kernel also ends the child when the launcher
 * is killed and can no longer do so itself.
 * @param {Command} command
 * @param {string} logFile stdout and stderr are appended to it
 * @returns {RunningChild}
 */
export function startChild({ command, args, env, cwd }, logFile) {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = SETPRIV
      ? spawn(SETPRIV, ['--pdeathsig', 'TERM', '--', command, ...args], childOptions(env, cwd, log))
      : spawn(command, args, childOptions(env, cwd, log));
    /** @type {ChildEnd | undefined} */
    let end;
    /** @type {Promise<ChildEnd>} */
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).then((value) => (end = /** @type {ChildEnd} */ (value)));
    const identity = (child.pid && identifyProcess(child.pid)) || { pid: child.pid ?? -1, startTime: '', boot: '' };
    return {
      identity,
      ended,
      end: () => end,
      stop: async (graceMs) => {
        if (end || !child.pid) return;
        await endProcess(identity, { graceMs });
        await ended;
      },
    };
  } finally {
    closeSync(log);
  }
}

/**
 * @param {NodeJS.ProcessEnv | undefined} env
 * @param {string | undefined} cwd
 * @param {number} log
 * @returns {import('node:child_process').SpawnOptions}
 */
function childOptions(env, cwd, log) {
  return { env: env ?? process.env, cwd, detached: true, stdio: ['ignore', log, log] };
}

/** Aborted when the launcher is told to stop: what runs to an end is then not waited for. */
export const interruption = new AbortController();

/**
 * Runs a command to its end, in a process group of its own that is killed as a whole when it takes too long.
 * @param {Command & { input?: string, timeoutMs: number, interruptible?: boolean }} options
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} a command that cannot be started has code 127
 */
export function run({ command, args, env, cwd, input, timeoutMs, interruptible = true }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: env ?? process.env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const kill = (/** @type {string} */ why) => {
      stderr += `\n${why}`;
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const interrupt = () => kill('(interrupted)');
    const timer = setTimeout(() => kill(`(killed: it had ${timeoutMs / 1000} s)`), timeoutMs);
    if (interruptible) interruption.signal.addEventListener('abort', interrupt);
    const finish = (/** @type {number} */ code) => {
      clearTimeout(timer);
      interruption.signal.removeEventListener('abort', interrupt);
      resolve({ code, stdout, stderr });
    };
    child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
    // A child that ends before reading its input must not take us along.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.once('error', (error) => {
      stderr += error.message;
      finish(127);
    });
    child.once('close', (code) => finish(code ?? 1));
  });
}

/** An installation that a test started stops its servers in order; that takes a while. */
const GROUP_GRACE_MS = 20_000;

/**
 * Runs a command to its end while its output is seen. It has a process group of its own, and nothing of that outlives it:
 * a test runner that is ended dies at once, and the servers its tests had started would hear nothing of it.
 * @param {Command & { timeoutMs: number, quietOutput?: boolean }} options quietOutput shows only what it writes to stderr
 * @returns {Promise<number>} its exit code
 */
export function runVisibly({ command, args, env, cwd, timeoutMs, quietOutput = false }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: env ?? process.env,
      cwd,
      detached: true,
      stdio: ['ignore', quietOutput ? 'ignore' : 'inherit', 'inherit'],
    });
    const interrupt = () => child.pid && child.exitCode === null && signalGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(interrupt, timeoutMs);
    interruption.signal.addEventListener('abort', interrupt);
    const finish = (/** @type {number} */ code) => {
      clearTimeout(timer);
      interruption.signal.removeEventListener('abort', interrupt);
      resolve(code);
    };
    child.once('error', () => finish(127));
    child.once('close', async (code) => {
      if (child.pid) await endGroup(child.pid, GROUP_GRACE_MS);
      finish(code ?? 1);
    });
  });
}

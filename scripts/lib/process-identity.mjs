import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './failure.mjs';

/**
 * A pid alone may belong to a stranger by tomorrow. A pid with its start time (in clock ticks since boot) and the boot
 * it was started in names exactly one process.
 * @typedef {{ pid: number, startTime: string, boot: string }} ProcessIdentity
 */

/** @returns {string} */
function currentBoot() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * @param {number} pid
 * @returns {{ state: string, parent: number, group: number, startTime: string } | undefined}
 */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: String(fields[0]), parent: Number(fields[1]), group: Number(fields[2]), startTime: String(fields[19]) };
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined} undefined when no such process runs
 */
export function identifyProcess(pid) {
  const stat = statOf(pid);
  return stat && { pid, startTime: stat.startTime, boot: currentBoot() };
}

/**
 * The npm that runs this program, if one does. Between the two there may be a shell.
 * @returns {ProcessIdentity | undefined}
 */
export function identifyNpm() {
  if (!process.env['npm_lifecycle_event']) return undefined;
  for (let pid = process.ppid, generation = 0; pid > 1 && generation < 3; generation += 1) {
    // npm names its process "npm start".
    if (/^npm\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) return identifyProcess(pid);
    pid = statOf(pid)?.parent ?? 0;
  }
  return undefined;
}

/**
 * @param {unknown} identity
 * @returns {identity is ProcessIdentity}
 */
export function isIdentity(identity) {
  if (typeof identity !== 'object' || identity === null) return false;
  const { pid, startTime, boot } = /** @type {Record<string, unknown>} */ (identity);
  return Number.isInteger(pid) && Number(pid) > 1 && typeof startTime === 'string' && typeof boot === 'string';
}

/**
 * @param {unknown} identity
 * @returns {boolean} whether that very process still runs; a zombie does not
 */
export function isAlive(identity) {
  if (!isIdentity(identity)) return false;
  const stat = statOf(identity.pid);
  return stat !== undefined && stat.state !== 'Z' && stat.startTime === identity.startTime && identity.boot === currentBoot();
}

/**
 * @param {ProcessIdentity} identity
 * @param {NodeJS.Signals} signal
 */
export function signalProcess(identity, signal) {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/**
 * @param {ProcessIdentity} identity
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} whether it ended in time
 */
export async function waitForEnd(identity, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

/**
 * Asks politely, then insists.
 * @param {ProcessIdentity} identity
 * @param {{ graceMs: number, signal?: NodeJS.Signals }} options
 */
export async function endProcess(identity, { graceMs, signal = 'SIGTERM' }) {
  signalProcess(identity, signal);
  if (await waitForEnd(identity, graceMs)) return;
  signalProcess(identity, 'SIGKILL');
  await waitForEnd(identity, 5_000);
}

/**
 * @param {number} group the pid of the process that began it
 * @returns {boolean} whether anything of it still runs
 */
function isGroupAlive(group) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => statOf(Number(pid)))
    .some((stat) => stat?.group === group && stat.state !== 'Z');
}

/**
 * Ends everything that a child started in a group of its own, and what that started in turn; first politely.
 * @param {number} group
 * @param {number} graceMs
 */
export async function endGroup(group, graceMs) {
  const signals = /** @type {const} */ ([
    ['SIGTERM', graceMs],
    ['SIGKILL', 5_000],
  ]);
  for (const [signal, waitMs] of signals) {
    const deadline = Date.now() + waitMs;
    if (!isGroupAlive(group)) return;
    signalGroup(group, signal);
    while (isGroupAlive(group) && Date.now() < deadline) await sleep(50);
  }
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

import { linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, LaunchFailure } from './failure.mjs';
import { readDisposableJson, writeJsonAtomically } from './files.mjs';
import { identifyProcess, isAlive } from './process-identity.mjs';

/**
 * @typedef {{ release: () => void, holder?: undefined } | { release?: undefined, holder: import('./process-identity.mjs').ProcessIdentity }} LockAttempt
 */

/**
 * @param {string} path
 * @returns {import('./process-identity.mjs').ProcessIdentity | undefined} who holds it just now
 */
export function lockHolder(path) {
  const holder = readDisposableJson(path);
  return isAlive(holder) ? holder : undefined;
}

/**
 * A lock that a killed holder does not leave behind: it names its holder, and a dead holder's lock is taken over.
 * @param {string} path
 * @returns {LockAttempt}
 */
export function tryLock(path) {
  const self = identifyProcess(process.pid);
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}`;
  writeJsonAtomically(mine, self);
  try {
    for (;;) {
      try {
        // Unlike writing, linking fails when the name exists already.
        linkSync(mine, path);
        return { release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      const holder = lockHolder(path);
      if (holder) return { holder };
      removeAbandoned(path, `${mine}.abandoned`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Between reading a lock and removing it somebody else may have taken it over: what was removed is looked at once more.
 * @param {string} path
 * @param {string} aside
 */
function removeAbandoned(path, aside) {
  try {
    renameSync(path, aside);
    if (isAlive(readDisposableJson(aside))) linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * @template T
 * @param {string} path
 * @param {{ waiting: string, timeoutMs: number, onWait?: (message: string) => void }} options `waiting` says what the other process does
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(path, { waiting, timeoutMs, onWait }, action) {
  const deadline = Date.now() + timeoutMs;
  for (let attempt = tryLock(path), told = false; ; attempt = tryLock(path)) {
    if (attempt.release) {
      try {
        return await action();
      } finally {
        attempt.release();
      }
    }
    if (Date.now() > deadline) {
      throw new LaunchFailure(
        `Process ${attempt.holder.pid} ${waiting} and has not come to an end.`,
        'Look what it does, end it if it hangs, and start again.',
      );
    }
    if (!told) onWait?.(`Process ${attempt.holder.pid} ${waiting}; waiting for it.`);
    told = true;
    await sleep(200);
  }
}

import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export const ROTATE_AT_BYTES = 5 * 1024 ** 2;
export const KEPT = 3;

/**
 * At each start a log that has grown large makes room: server.log → server.log.1 → … → server.log.3.
 * @param {string} path
 */
export function rotateLog(path) {
  if (!isLarge(path, ROTATE_AT_BYTES)) return;
  makeRoom(path);
  renameSync(path, `${path}.1`);
}

/**
 * The same for the log of a program that runs. It keeps its file open and appends to it, so that the file must stay the same one: its
 * text is copied away, then it is emptied. Lines written between the two are lost.
 * @param {string} path
 * @param {number} [limitBytes]
 */
export function rotateOpenLog(path, limitBytes = ROTATE_AT_BYTES) {
  if (!isLarge(path, limitBytes)) return;
  makeRoom(path);
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    // On a full disk the old lines are worth less than a program that can go on.
    rmSync(`${path}.1`, { force: true });
  }
  truncateSync(path);
}

/**
 * Keeps every log of a folder below a few megabytes while their programs run.
 * @param {string} folder
 * @param {{ everyMs?: number, limitBytes?: number, onFailure?: (line: string) => void }} [options]
 * @returns {() => void} stops it
 */
export function keepLogsSmall(folder, { everyMs = 10_000, limitBytes = ROTATE_AT_BYTES, onFailure = () => {} } = {}) {
  const large = new Set();
  const timer = setInterval(() => {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (!name.endsWith('.log')) continue;
      try {
        rotateOpenLog(join(folder, name), limitBytes);
        large.delete(name);
      } catch (error) {
        // A log that somebody else put there, or took away, is no reason to stop the servers.
        if (!large.has(name)) onFailure(`${join(folder, name)} cannot be kept small: ${error instanceof Error ? error.message : error}`);
        large.add(name);
      }
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * @param {string} path
 * @param {number} limitBytes
 */
function isLarge(path, limitBytes) {
  return existsSync(path) && statSync(path).size >= limitBytes;
}

/** @param {string} path */
function makeRoom(path) {
  for (let generation = KEPT - 1; generation >= 1; generation -= 1) {
    if (existsSync(`${path}.${generation}`)) renameSync(`${path}.${generation}`, `${path}.${generation + 1}`);
  }
}

import { existsSync, renameSync, statSync } from 'node:fs';

const ROTATE_AT_BYTES = 5 * 1024 ** 2;
const KEPT = 3;

/**
 * At each start a log that has grown large makes room: server.log → server.log.1 → … → server.log.3.
 * @param {string} path
 */
export function rotateLog(path) {
  if (!existsSync(path) || statSync(path).size < ROTATE_AT_BYTES) return;
  for (let generation = KEPT - 1; generation >= 1; generation -= 1) {
    if (existsSync(`${path}.${generation}`)) renameSync(`${path}.${generation}`, `${path}.${generation + 1}`);
  }
  renameSync(path, `${path}.1`);
}

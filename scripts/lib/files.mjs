import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hasCode } from './failure.mjs';

/**
 * Readers see the old file or the new one, never half of it.
 * @param {string} path
 * @param {string} text
 * @param {number} [mode]
 */
export function writeFileAtomically(path, text, mode = 0o600) {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, text, { mode, flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * @param {string} path
 * @param {unknown} value
 * @param {number} [mode]
 */
export function writeJsonAtomically(path, value, mode = 0o600) {
  writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/**
 * @param {string} path
 * @returns {string | undefined} undefined when there is no such file
 */
export function readTextIfPresent(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * For files that may be lost without harm: an unreadable one counts as absent.
 * @param {string} path
 * @returns {any}
 */
export function readDisposableJson(path) {
  const text = readTextIfPresent(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The last lines of a log, to be shown beside a failure.
 * @param {string} path
 * @param {number} [lines]
 * @returns {string}
 */
export function tailOf(path, lines = 12) {
  if (!existsSync(path)) return '';
  return (readTextIfPresent(path) ?? '').trimEnd().split('\n').slice(-lines).join('\n');
}

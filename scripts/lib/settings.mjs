import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LaunchFailure } from './failure.mjs';
import { controlSocket, RADIUS_PROCESSES } from './freeradius.mjs';
import { mariadbPlace } from './mariadb.mjs';
import { inRepository } from './paths.mjs';
import { portPlan } from './ports.mjs';

const DEFAULT_PORT_BASE = 7600;

/** In bytes, the kernel's. */
const SOCKET_ADDRESS_LIMIT = 107;
/** The most of it that we need below the data folder. */
const LONGEST_SOCKET_NAME = Math.max(
  ...[...RADIUS_PROCESSES.map((name) => controlSocket('/', name)), mariadbPlace('/', 0).socket].map((path) => path.length),
);

/**
 * @typedef {object} LaunchSettings
 * @property {string} dataDir
 * @property {number} portBase
 * @property {import('./ports.mjs').PortPlan} ports
 */

/**
 * Where this instance lives: JALA_DATA and JALA_PORT_BASE.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {LaunchSettings}
 */
export function launchSettings(env = process.env) {
  const dataDir = canonical(resolve(env['JALA_DATA'] || inRepository('.data')));
  if (Buffer.byteLength(dataDir) + LONGEST_SOCKET_NAME > SOCKET_ADDRESS_LIMIT) {
    throw new LaunchFailure(
      `The path of the data folder is too long for the sockets inside it: ${dataDir}`,
      `Set JALA_DATA to a folder with a path of at most ${SOCKET_ADDRESS_LIMIT - LONGEST_SOCKET_NAME} characters.`,
    );
  }
  if (/["'\\\n]/.test(dataDir)) {
    throw new LaunchFailure(
      `The path of the data folder has a quote or a backslash in it: ${dataDir}`,
      'Set JALA_DATA to a folder without them.',
    );
  }
  const portBase = portBaseOf(env['JALA_PORT_BASE']);
  return { dataDir, portBase, ports: portPlan(portBase) };
}

/**
 * @param {string | undefined} text
 * @returns {number}
 */
function portBaseOf(text) {
  if (!text) return DEFAULT_PORT_BASE;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65_520) {
    throw new LaunchFailure(
      'JALA_PORT_BASE is not a whole number from 1024 to 65520.',
      'Set it to the first of ten free ports, for example JALA_PORT_BASE=7700.',
    );
  }
  return base;
}

/**
 * The same folder reached by two paths is one instance.
 * @param {string} path
 * @returns {string}
 */
function canonical(path) {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(canonical(dirname(path)), basename(path));
  }
}

import { chmodSync, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { hasCode, LaunchFailure } from './failure.mjs';
import { readTextIfPresent, writeJsonAtomically } from './files.mjs';

const FORMAT = 1;
const MARKER = 'jala.json';
const SUBFOLDERS = ['run', 'logs', 'redis', 'radius/clients.d/v4', 'radius/clients.d/v6', 'radius/clients.d/radsec'];

/** MariaDB alone writes about 150 MB of logs and system tables at its first start. */
const FIRST_START_BYTES = 400 * 1024 ** 2;
const LATER_START_BYTES = 64 * 1024 ** 2;

/** @typedef {{ format: number, mariadb?: string }} FolderMarker */

/**
 * @param {string} dataDir
 * @returns {{ lock: string, runFile: string, processes: string, secrets: string, firstStart: string, logs: string }}
 */
export function dataPaths(dataDir) {
  return {
    lock: join(dataDir, 'run', 'launcher.lock'),
    runFile: join(dataDir, 'run.json'),
    processes: join(dataDir, 'run', 'processes.json'),
    secrets: join(dataDir, 'secrets.json'),
    firstStart: join(dataDir, 'first-start.json'),
    logs: join(dataDir, 'logs'),
  };
}

/**
 * Makes sure that the folder is ours and usable, creating it when it is absent. A folder with anything else in it is
 * never touched.
 * @param {string} dataDir
 */
export function openDataFolder(dataDir) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (hasCode(error, 'EACCES') || hasCode(error, 'EROFS') || hasCode(error, 'EPERM')) {
      throw new LaunchFailure(`The data folder ${dataDir} cannot be created: no permission.`, 'Set JALA_DATA to a folder of your own.');
    }
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOTDIR')) {
      throw new LaunchFailure(`${dataDir} is a file, not a folder.`, 'Set JALA_DATA to a folder.');
    }
    throw error;
  }
  refuseOtherOwner(dataDir);
  const isNew = readMarker(dataDir) === undefined;
  if (isNew) {
    if (readdirSync(dataDir).length > 0) {
      throw new LaunchFailure(
        `The folder ${dataDir} is not empty and was not made by Jala.`,
        'Nothing in it was touched. Set JALA_DATA to an empty or a new folder.',
      );
    }
  }
  refuseFullDisk(dataDir, isNew ? FIRST_START_BYTES : LATER_START_BYTES);
  if (isNew) writeMarker(dataDir, { format: FORMAT });
  chmodSync(dataDir, 0o700);
  for (const name of SUBFOLDERS) mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
}

/**
 * @param {string} dataDir
 * @returns {boolean} whether Jala made this folder
 */
export function isJalaFolder(dataDir) {
  return existsSync(join(dataDir, MARKER));
}

/**
 * @param {string} dataDir
 * @returns {FolderMarker | undefined}
 */
export function readMarker(dataDir) {
  const path = join(dataDir, MARKER);
  const text = readTextIfPresent(path);
  if (text === undefined) return undefined;
  /** @type {FolderMarker} */
  let marker;
  try {
    marker = JSON.parse(text);
  } catch (error) {
    throw new LaunchFailure(`${path} is damaged.`, `Restore it from a backup, or write {"format":${FORMAT}} into it.`, { cause: error });
  }
  if (marker.format > FORMAT) {
    throw new LaunchFailure(
      `The data in ${dataDir} was written by a newer version of Jala.`,
      'Start it with that version; an older one could damage it.',
    );
  }
  return marker;
}

/**
 * @param {string} dataDir
 * @param {FolderMarker} marker
 */
export function writeMarker(dataDir, marker) {
  writeJsonAtomically(join(dataDir, MARKER), marker);
}

/** @param {string} dataDir */
export function refuseOtherOwner(dataDir) {
  const { uid } = statSync(dataDir);
  const self = userInfo();
  if (uid === self.uid) return;
  throw new LaunchFailure(
    `The data folder ${dataDir} belongs to user ${uid === 0 ? 'root' : uid}, and you are ${self.username}.`,
    'Start it as that user, or set JALA_DATA to a folder of your own.',
  );
}

/**
 * @param {string} dataDir
 * @param {number} neededBytes
 */
function refuseFullDisk(dataDir, neededBytes) {
  const free = freeBytes(dataDir);
  if (free >= neededBytes) return;
  throw new LaunchFailure(
    `The disk with ${dataDir} has ${inMegabytes(free)} free; ${inMegabytes(neededBytes)} are needed to start.`,
    'Make room, or set JALA_DATA to a folder on another disk.',
  );
}

/**
 * @param {string} dataDir
 * @returns {number}
 */
export function freeBytes(dataDir) {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize;
}

/** @param {number} bytes */
export const inMegabytes = (bytes) => `${Math.floor(bytes / 1024 ** 2)} MB`;

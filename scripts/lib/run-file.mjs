import { rmSync } from 'node:fs';
import { readDisposableJson, writeJsonAtomically } from './files.mjs';
import { identifyProcess, isAlive } from './process-identity.mjs';

/**
 * What other programs need to use a running instance. Readable by its owner only: it holds passwords.
 * @typedef {object} RunFile
 * @property {number} port_base
 * @property {string} api
 * @property {string} web
 * @property {{ auth: number, acct: number, coa: number, radsec: number, secret: string | null }} radius the secret of the demo router
 * @property {{ host: string, port: number, socket: string }} db
 * @property {string} redis
 * @property {{ email: string, password: string }} superadmin its first password
 * @property {{ slug: string, email: string, password: string, url: string } | null} tenant
 * @property {{ username: string, password: string } | null} customer
 * @property {Record<string, number>} pids
 * @property {import('./process-identity.mjs').ProcessIdentity} launcher
 */

/**
 * @param {string} path
 * @param {Omit<RunFile, 'launcher'>} content
 */
export function writeRunFile(path, content) {
  writeJsonAtomically(path, { ...content, launcher: identifyProcess(process.pid) });
}

/**
 * @param {string} path
 * @returns {RunFile | undefined} undefined when nothing runs, whatever a killed launcher may have left behind
 */
export function readRunFile(path) {
  const content = readDisposableJson(path);
  return isAlive(content?.launcher) ? content : undefined;
}

/** @param {string} path */
export function removeRunFile(path) {
  rmSync(path, { force: true });
}

import { randomBytes } from 'node:crypto';
import { readDisposableJson, writeJsonAtomically } from './files.mjs';

/**
 * What the first start decides and the later ones keep: whether there is demo data, and the first passwords.
 * They are stored before they are used, so that a first start which is interrupted can be repeated without losing them.
 * @typedef {object} FirstStart
 * @property {boolean} withDemo
 * @property {{ email: string, password: string }} superadmin
 * @property {string} ownerPassword
 * @property {string} routerSecret
 * @property {DemoAccess} [demo]
 * @property {boolean} shown whether the passwords have been shown to somebody
 */

/**
 * @typedef {object} DemoAccess
 * @property {{ slug: string, email: string, password: string }} tenant
 * @property {{ username: string, password: string }} customer
 * @property {{ address: string, secret: string }} router
 */

/** Without characters that are mistaken for each other when they are typed from a screen. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';

/**
 * @param {number} [length]
 * @returns {string}
 */
export function readablePassword(length = 16) {
  let password = '';
  while (password.length < length) {
    const index = /** @type {number} */ (randomBytes(1)[0]);
    // A modulo over the whole byte would favour the first characters.
    if (index < 256 - (256 % ALPHABET.length)) password += ALPHABET[index % ALPHABET.length];
  }
  return password;
}

/**
 * @param {string} path
 * @param {{ empty: boolean }} options
 * @returns {FirstStart}
 */
export function loadFirstStart(path, { empty }) {
  const stored = readDisposableJson(path);
  if (stored) return stored;
  const decided = {
    withDemo: !empty,
    superadmin: { email: 'admin@jala.localhost', password: readablePassword() },
    ownerPassword: readablePassword(),
    routerSecret: readablePassword(24),
    shown: false,
  };
  writeJsonAtomically(path, decided);
  return decided;
}

/**
 * @param {string} path
 * @param {FirstStart} value
 */
export function saveFirstStart(path, value) {
  writeJsonAtomically(path, value);
}

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { LaunchFailure } from './failure.mjs';
import { readTextIfPresent, writeJsonAtomically } from './files.mjs';

/**
 * Made once per data folder. Without the encryption key the stored credentials of the tenants cannot be read again.
 * @typedef {object} Secrets
 * @property {string} mariadbRoot
 * @property {string} dbApp
 * @property {string} dbProvision
 * @property {string} dbRadius
 * @property {string} redis
 * @property {string} encryptionKeys
 * @property {string} jwt
 * @property {string} radiusProbe
 */

const word = () => randomBytes(24).toString('base64url');

/** @returns {Secrets} */
export function generateSecrets() {
  return {
    mariadbRoot: word(),
    dbApp: word(),
    dbProvision: word(),
    dbRadius: word(),
    redis: word(),
    encryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
    jwt: randomBytes(48).toString('base64'),
    radiusProbe: word(),
  };
}

/**
 * @param {string} path
 * @param {string} dataThatNeedsThem a folder which, if it exists, was made with secrets that must not be replaced
 * @returns {Secrets}
 */
export function loadSecrets(path, dataThatNeedsThem) {
  const text = readTextIfPresent(path);
  if (text === undefined) {
    if (existsSync(dataThatNeedsThem)) {
      throw unusable(path, 'is missing although there is a database');
    }
    const secrets = generateSecrets();
    writeJsonAtomically(path, secrets);
    return secrets;
  }
  const secrets = parse(path, text);
  for (const name of /** @type {(keyof Secrets)[]} */ (Object.keys(generateSecrets()))) {
    if (typeof secrets[name] !== 'string' || secrets[name].length < 16) throw unusable(path, `has no valid "${name}"`);
  }
  return secrets;
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {Secrets}
 */
function parse(path, text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The parser's message would quote what stands in the file.
  }
  throw unusable(path, 'is damaged');
}

/**
 * @param {string} path
 * @param {string} problem
 */
function unusable(path, problem) {
  return new LaunchFailure(
    `${path} ${problem}.`,
    'Restore it from a backup: it holds the keys to the stored data. If that data is not needed, remove the whole data folder.',
  );
}

/** Prints .env.example with a random value for every secret that is empty: node scripts/make-env.mjs > .env */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { generateSecrets } from './lib/secrets.mjs';
import { inRepository } from './lib/paths.mjs';

const secrets = generateSecrets();
/** @type {Record<string, string>} */
const values = {
  MARIADB_ROOT_PASSWORD: secrets.mariadbRoot,
  CENTRAL_DB_PASSWORD: secrets.dbApp,
  PROVISION_DB_PASSWORD: secrets.dbProvision,
  RADIUS_DB_PASSWORD: secrets.dbRadius,
  REDIS_PASSWORD: secrets.redis,
  JALA_ENCRYPTION_KEYS: secrets.encryptionKeys,
  JALA_JWT_SECRET: secrets.jwt,
  RADIUS_PROBE_SECRET: secrets.radiusProbe,
  METRICS_TOKEN: randomBytes(24).toString('base64url'),
};

const example = readFileSync(inRepository('.env.example'), 'utf8');
process.stdout.write(example.replace(/^([A-Z_]+)=$/gm, (line, name) => (name in values ? `${name}=${values[name]}` : line)));

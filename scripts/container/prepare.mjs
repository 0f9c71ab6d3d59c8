/** Runs before the other containers: brings the database accounts in line with the environment, then migrates and issues the certificate for RadSec. */
import { createRequire } from 'node:module';
import { databaseAccounts, issueRadsecCertificate, migrate } from '../lib/application.mjs';
import { describeFailure, LaunchFailure } from '../lib/failure.mjs';
import { inRepository } from '../lib/paths.mjs';

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (!value) throw new LaunchFailure(`${name} is missing.`, 'Set it in .env.');
  return value;
}

async function prepare() {
  const statements = databaseAccounts({
    dbApp: required('CENTRAL_DB_PASSWORD'),
    dbProvision: required('PROVISION_DB_PASSWORD'),
    dbRadius: required('RADIUS_DB_PASSWORD'),
  });
  const mysql = createRequire(inRepository('package.json'))('mysql2/promise');
  const connection = await mysql.createConnection({
    host: required('CENTRAL_DB_HOST'),
    port: Number(required('CENTRAL_DB_PORT')),
    user: 'root',
    password: required('MARIADB_ROOT_PASSWORD'),
  });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
  await migrate({});
  await issueRadsecCertificate({});
}

prepare().catch((error) => {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
});

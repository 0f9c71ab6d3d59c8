import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type DatabaseServer, MigrationSet, Migrator, withConnection } from '@jala/infra/central-db';
import { ProgramModule } from '@jala/program';
import { testServices } from '@jala/infra/testing';

/** A whole installation on the throw-away services: central database migrated, accounts as the launcher makes them. */
export async function preparePlace(): Promise<DatabaseServer> {
  const { mariadb, redis } = await testServices();
  const root: DatabaseServer = { host: mariadb.host, port: mariadb.port, user: 'root', password: mariadb.rootPassword };
  const secret = (): string => randomBytes(32).toString('base64');
  const password = secret();
  await withConnection(
    root,
    (connection) =>
      connection.query(
        `CREATE DATABASE jala_central CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
         CREATE USER jala_app@'%' IDENTIFIED BY '${password}'; GRANT ALL PRIVILEGES ON jala_central.* TO jala_app@'%';
         CREATE USER jala_radius@'%' IDENTIFIED BY '${password}'`,
      ),
    { multipleStatements: true },
  );
  await new Migrator(MigrationSet.of('central')).migrate({ ...root, database: 'jala_central' });
  Object.assign(process.env, {
    JALA_ENV: 'production',
    JALA_DATA_DIR: mkdtempSync(join(tmpdir(), 'jala-bench-tenants-')),
    LOG_LEVEL: 'error',
    CENTRAL_DB_HOST: root.host,
    CENTRAL_DB_PORT: String(root.port),
    CENTRAL_DB_PASSWORD: password,
    PROVISION_DB_USER: root.user,
    PROVISION_DB_PASSWORD: root.password,
    REDIS_URL: redis.url,
    JALA_ENCRYPTION_KEYS: `bench:${secret()}`,
    JALA_JWT_SECRET: secret(),
  });
  return root;
}

/** All of Jala's services in a fresh state: no caches, no connections. */
export async function startProgram(): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(ProgramModule, { logger: ['error'], abortOnError: false });
}

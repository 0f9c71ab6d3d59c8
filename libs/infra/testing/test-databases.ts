import { randomBytes } from 'node:crypto';
import { type DatabaseServer, type DatabaseTarget, MigrationSet, Migrator, SchemaDump, withConnection } from '@jala/infra/central-db';
import { testServices } from './test-services';

const tenantSchema = new SchemaDump(MigrationSet.of('tenant'));

export const randomSuffix = (): string => randomBytes(5).toString('hex');

/** The account that may do everything on the throw-away server. */
export async function rootOfTestServer(): Promise<DatabaseServer> {
  const { mariadb } = await testServices();
  return { host: mariadb.host, port: mariadb.port, user: 'root', password: mariadb.rootPassword };
}

export async function createCentralSchema(root: DatabaseServer, migrate: boolean): Promise<DatabaseTarget> {
  const target = { ...root, database: `jala_test_${randomSuffix()}` };
  await createDatabase(root, target.database);
  if (migrate) await new Migrator(MigrationSet.of('central')).migrate(target);
  return target;
}

/** As provisioning grants them: the schema is not a tenant's to change. */
const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE, LOCK TABLES';

/** A tenant database with an account of its own, which reaches nothing else. Without tables the account may make some. */
export async function createTenantSchema(root: DatabaseServer, migrate: boolean): Promise<DatabaseTarget> {
  const name = `t_test_${randomSuffix()}`;
  const target = { ...root, database: name, user: name, password: randomBytes(12).toString('hex') };
  await createDatabase(root, name);
  await withConnection(root, async (connection) => {
    await connection.query(`CREATE USER ?@'%' IDENTIFIED BY ?`, [target.user, target.password]);
    await connection.query(`GRANT ${migrate ? RIGHTS : 'ALL PRIVILEGES'} ON \`${name.replaceAll('_', '\\_')}\`.* TO ?@'%'`, [target.user]);
  });
  if (migrate) await tenantSchema.install({ ...root, database: name });
  return target;
}

export async function dropSchema(root: DatabaseServer, target: DatabaseTarget): Promise<void> {
  await withConnection(root, async (connection) => {
    await connection.query(`DROP DATABASE IF EXISTS \`${target.database}\``);
    if (target.user !== root.user) await connection.query(`DROP USER IF EXISTS ?@'%'`, [target.user]);
  });
}

async function createDatabase(root: DatabaseServer, name: string): Promise<void> {
  await withConnection(root, (connection) =>
    connection.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`),
  );
}

import { type DatabaseTarget, MigrationSet, Migrator, withConnection } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import type { Command } from '../command';
import { say } from '../streams';

export const migrate: Command = {
  name: 'migrate',
  summary: "bring the central database and every tenant's database to the current version",
  async run() {
    const { name, password, ...server } = new AppConfig(process.env).centralDb;
    const target: DatabaseTarget = { ...server, password, database: name };
    const { applied, to } = await new Migrator(MigrationSet.of('central')).migrate(target);
    say(`central database: version ${to}, ${applied.length} migrations applied`);
    if (!(await someTenantIsBehind(target))) {
      say('tenants: all up to date');
      return 0;
    }
    // Only now, because loading everything takes longer than all of the above, at every start.
    const { migrateTenants } = await import('../tenant-migration.js');
    return migrateTenants();
  },
};

/** Also true while the row that tenants on the configured database host point at is missing. */
async function someTenantIsBehind(target: DatabaseTarget): Promise<boolean> {
  const current = MigrationSet.of('tenant').version;
  const [rows] = await withConnection(target, (connection) =>
    connection.query(
      `SELECT EXISTS (SELECT 1 FROM tenants WHERE status IN ('ready', 'suspended') AND (schema_version IS NULL OR schema_version <> ?))
           OR NOT EXISTS (SELECT 1 FROM db_hosts WHERE name = 'default') AS behind`,
      [current],
    ),
  );
  return Number((rows as { behind: number }[])[0]?.behind) === 1;
}

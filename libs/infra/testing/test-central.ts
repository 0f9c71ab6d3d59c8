import type { AppConfig } from '@jala/infra/config';
import { CentralDatabase, type DatabaseTarget, type EntityClass } from '@jala/infra/central-db';
import { testConfig } from './test-config';
import { createCentralSchema, dropSchema, rootOfTestServer } from './test-databases';
import { testServices } from './test-services';

export interface TestCentral {
  readonly database: CentralDatabase;
  readonly target: DatabaseTarget;
  /** A whole configuration that points at this database and at the throw-away Redis. */
  readonly config: AppConfig;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

/** A fresh central database with the current schema; empty with `migrate: false`. */
export async function createTestCentral({
  entities = [],
  migrate = true,
  overrides = {},
}: { entities?: readonly EntityClass[]; migrate?: boolean; overrides?: Record<string, string> } = {}): Promise<TestCentral> {
  const root = await rootOfTestServer();
  const target = await createCentralSchema(root, migrate);
  const config = testConfig({ services: await testServices(), central: target }, overrides);
  const database = await CentralDatabase.connect(config.centralDb, entities);
  return {
    database,
    target,
    config,
    drop: async () => {
      await database.close();
      await dropSchema(root, target);
    },
  };
}

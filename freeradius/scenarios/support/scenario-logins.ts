import { withConnection } from '@jala/infra/central-db';
import { rootOfTestServer, type TestTenancy } from '@jala/infra/testing';
import { TenantScope } from '@jala/infra/tenancy';
import { LoginRows, type LoginSink, LoginStore, PROBE_DATABASE, ProbePlace } from '@jala/radius';

/** The login history of a scenario's tenants, and of the probe where a test has made its place. */
export class ScenarioLogins extends LoginStore {
  constructor(private readonly tenancy: TestTenancy) {
    super();
  }

  async sinkOf(database: string): Promise<LoginSink | undefined> {
    if (database === PROBE_DATABASE) {
      const place = await probePlace();
      return { server: 'default', add: (records) => place.addLogins(records) };
    }
    const tenant = await this.tenancy.tenants.byDatabase(database);
    const rows = new LoginRows(this.tenancy.database);
    return tenant && { server: tenant.host, add: (records) => TenantScope.run(tenant, () => rows.add(records)) };
  }

  async countRejects(counts: ReadonlyMap<string, number>): Promise<void> {
    const root = await rootOfTestServer();
    const made = await withConnection(root, async (connection) => {
      const [rows] = await connection.query('SHOW DATABASES LIKE ?', [PROBE_DATABASE]);
      return (rows as unknown[]).length > 0;
    });
    if (made) await (await probePlace()).countRejects(counts);
  }
}

const probePlace = async (): Promise<ProbePlace> => new ProbePlace({ ...(await rootOfTestServer()), database: PROBE_DATABASE });

import { rootOfTestServer, type TestTenancy } from '@jala/infra/testing';
import { TenantScope } from '@jala/infra/tenancy';
import { LoginRows, type LoginSink, LoginStore, PROBE_DATABASE, ProbePlace } from '@jala/radius';

/** The login history of a scenario's tenants, and of the probe where somebody watches. */
export class ScenarioLogins extends LoginStore {
  /** The probe has one place for all tests of a database server: its numbers are those of the one that watches. */
  watched = false;

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
    if (this.watched) await (await probePlace()).countRejects(counts);
  }
}

const probePlace = async (): Promise<ProbePlace> => new ProbePlace({ ...(await rootOfTestServer()), database: PROBE_DATABASE });

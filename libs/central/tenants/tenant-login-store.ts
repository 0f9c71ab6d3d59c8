import { Injectable } from '@nestjs/common';
import { TenantDirectory, TenantIterator } from '@jala/infra/tenancy';
import { LoginRows, type LoginSink, LoginStore, PROBE_DATABASE } from '@jala/radius';
import { DEFAULT_DB_HOST } from './db-hosts.repository';
import { ProbeHosting } from './probe-hosting.service';
import { STATUSES_WITH_DATABASE } from './tenant.states';

/** The login history in the databases of the tenants, and of the login that is nobody's. */
@Injectable()
export class TenantLoginStore extends LoginStore {
  constructor(
    private readonly directory: TenantDirectory,
    private readonly tenants: TenantIterator,
    private readonly rows: LoginRows,
    private readonly probe: ProbeHosting,
  ) {
    super();
  }

  async sinkOf(database: string): Promise<LoginSink | undefined> {
    if (database === PROBE_DATABASE) {
      // Only then: where the probe's place cannot be had, its lines wait and nobody else's.
      return { server: DEFAULT_DB_HOST, add: async (records) => (await this.probe.place())?.addLogins(records) };
    }
    const tenant = await this.directory.byDatabase(database);
    // An archived tenant never comes back: its lines would wait, and the backlog be an alert, until it is deleted.
    if (!tenant || !STATUSES_WITH_DATABASE.includes(tenant.status)) return undefined;
    return { server: tenant.host, add: (records) => this.tenants.visit(tenant, () => this.rows.add(records)) };
  }

  async countRejects(counts: ReadonlyMap<string, number>): Promise<void> {
    await (await this.probe.place())?.countRejects(counts);
  }
}

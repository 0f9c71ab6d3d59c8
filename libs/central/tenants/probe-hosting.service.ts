import { Injectable } from '@nestjs/common';
import { MigrationSet, Migrator } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { PROBE_DATABASE, ProbePlace } from '@jala/radius';
import { DEFAULT_DB_HOST } from './db-hosts.repository';
import { TenantHosting, type TenantPlace } from './tenant-hosting';

const PLACE: TenantPlace = { host: DEFAULT_DB_HOST, database: PROBE_DATABASE, user: 'nobody' };

/** Gives the login that is tried every minute a database like a tenant's, on the server that FreeRADIUS asks. */
@Injectable()
export class ProbeHosting {
  /** One database, once: a dump would be built anew at every start of a worker. */
  private readonly migrator = new Migrator(MigrationSet.of('tenant'));
  private prepared?: ProbePlace;

  constructor(
    private readonly hosting: TenantHosting,
    private readonly config: AppConfig,
  ) {}

  /** Undefined where the probe has no secret, or this process may not create databases. */
  async place(): Promise<ProbePlace | undefined> {
    const { probeSecret } = this.config.radius;
    if (probeSecret === undefined || this.config.provisioning === undefined) return undefined;
    if (this.prepared) return this.prepared;
    await this.hosting.createDatabase(PLACE);
    const target = await this.hosting.migrationTarget(PLACE);
    await this.migrator.migrate(target);
    await this.hosting.grantRadius(PLACE);
    const place = new ProbePlace(target);
    await place.prepare(probeSecret);
    return (this.prepared = place);
  }
}

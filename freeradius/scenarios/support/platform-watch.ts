import { Test, type TestingModule } from '@nestjs/testing';
import { AlertsRepository, MonitoringModule, MonitoringService } from '@jala/central/monitoring';
import { tenantsEntities } from '@jala/central/tenants';
import { CentralDatabase, withConnection } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { MailModule } from '@jala/infra/mail';
import { OutboxRelay, QueueModule } from '@jala/infra/queue';
import { createTestCentral, createTestTenancy, rootOfTestServer, type TestCentral, TestInfraModule } from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { PROBE_DATABASE, RadiusProbe } from '@jala/radius';
import { PlatformWatch } from '../../../libs/central/monitoring/platform-watch.service';
import { DbHostsRepository } from '../../../libs/central/tenants/db-hosts.repository';
import { LocalTenantHosting } from '../../../libs/central/tenants/local-tenant-hosting.repository';
import { ProbeHosting } from '../../../libs/central/tenants/probe-hosting.service';
import { TenantHosting } from '../../../libs/central/tenants/tenant-hosting';
import type { Scenario } from './scenario';

export interface SentMail {
  readonly to: string;
  readonly template: string;
  readonly locale: string;
  readonly params: Readonly<Record<string, string | number | null>>;
}

/** What a worker does every ten seconds, when the test says so, at a FreeRADIUS of the test's. */
export class WatchedPlatform {
  private constructor(
    readonly central: TestCentral,
    private readonly module: TestingModule,
    readonly clock: FixedClock,
  ) {}

  static async start({ server, account, logins }: Scenario, overrides: Record<string, string> = {}): Promise<WatchedPlatform> {
    logins.watched = true;
    const { ports, runDir, probeSecret } = server;
    const central = await createTestCentral({
      entities: tenantsEntities,
      overrides: {
        RADIUS_RUN_DIR: runDir,
        RADIUS_DB_USER: account,
        RADIUS_PROBE_SECRET: probeSecret,
        RADIUS_PROBE_PORT: String(ports.probe),
        RADIUS_STATUS_SERVERS: `auth=127.0.0.1:${ports.status},acct=localhost:${ports.acctStatus},drain=127.0.0.1:${ports.drainStatus}`,
        RADIUS_CONTROL_SOCKETS: `${runDir}/auth.sock,${runDir}/acct.sock,${runDir}/drain.sock`,
        ...overrides,
      },
    });
    const clock = new FixedClock(new Date());
    const tenancy = await createTestTenancy();
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), QueueModule, MailModule, MonitoringModule],
      providers: [
        PlatformWatch,
        RadiusProbe,
        DbHostsRepository,
        {
          provide: TenantHosting,
          inject: [DbHostsRepository, AppConfig],
          useFactory: (hosts: DbHostsRepository, config: AppConfig) => new LocalTenantHosting(hosts, config),
        },
        ProbeHosting,
      ],
    }).compile();
    await module.init();
    return new WatchedPlatform(central, module, clock);
  }

  /** One look, `later` after the last. */
  async look({ later = 10_000 } = {}): Promise<Awaited<ReturnType<MonitoringService['condition']>>> {
    this.clock.advance(later);
    await this.module.get(PlatformWatch).look();
    return this.get(MonitoringService).condition();
  }

  get<T>(token: new (...args: never[]) => T): T {
    return this.module.get<T>(token, { strict: false });
  }

  /** Without the login history's backlog: to a clock that runs ahead, the record of the login just tried looks old. */
  async openAlerts(): Promise<string[]> {
    const open = (await this.get(AlertsRepository).open()).map(({ kind, subject }) => `${kind}:${subject}`);
    return open.filter((alert) => alert !== 'login-backlog:').sort();
  }

  /** Those that were asked for and not taken out of the outbox, which no worker empties here. */
  async mails(): Promise<SentMail[]> {
    const rows = await this.get(CentralDatabase).query<{ payload: string | SentMail }[]>(
      "SELECT payload FROM outbox WHERE job = 'mail.send' ORDER BY id",
    );
    return rows.map(({ payload }) => (typeof payload === 'string' ? (JSON.parse(payload) as SentMail) : payload));
  }

  async stop({ keepPlace = false } = {}): Promise<void> {
    await this.get(OutboxRelay).idle();
    await this.module.close();
    await this.central.drop();
    if (keepPlace) return;
    await withConnection(await rootOfTestServer(), (connection) => connection.query(`DROP DATABASE IF EXISTS ${PROBE_DATABASE}`));
  }
}

import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Test, type TestingModule } from '@nestjs/testing';
import { withConnection } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import {
  createTestCentral,
  createTestTenancy,
  rootOfTestServer,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
} from '@jala/infra/testing';
import { loginBacklog, LoginRows, PROBE_DATABASE, radiusEntities } from '@jala/radius';
import { DbHostsRepository } from './db-hosts.repository';
import { LocalTenantHosting } from './local-tenant-hosting.repository';
import { LoginHistoryService } from './login-history.service';
import { ProbeHosting } from './probe-hosting.service';
import { tenantsEntities } from './index';
import { TenantHosting } from './tenant-hosting';
import { TenantLoginStore } from './tenant-login-store';
import { TenantsRepository } from './tenants.repository';

jest.setTimeout(60_000);

const hex = (text: string): string => Buffer.from(text).toString('hex');
const line = (database: string, name: string, reason = ''): string =>
  `${Math.floor(Date.now() / 1_000)} ${database} 7 ${reason ? 'Access-Reject' : 'Access-Accept'} 0 0 203.0.113.7 ${hex(name)}   ${hex(reason)}\n`;

describe('the login history of workers beside one FreeRADIUS', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let workers: TestingModule[];
  let runDir: string;
  let account: string;

  beforeAll(async () => {
    runDir = mkdtempSync(join(tmpdir(), 'jala-history-'));
    mkdirSync(join(runDir, 'spool', 'logins'), { recursive: true });
    account = `radius_${Date.now().toString(36)}`;
    await withConnection(await rootOfTestServer(), (connection) => connection.query(`CREATE USER '${account}'@'%'`));
    central = await createTestCentral({
      entities: tenantsEntities,
      overrides: { RADIUS_RUN_DIR: runDir, RADIUS_PROBE_SECRET: 'probe-secret', RADIUS_DB_USER: account },
    });
    tenancy = await createTestTenancy({ entities: radiusEntities });
    workers = await Promise.all([worker(), worker()]);
  });
  afterAll(async () => {
    for (const one of workers) one.get(LoginHistoryService).onApplicationShutdown();
    await tenancy.drop();
    await central.drop();
    await withConnection(await rootOfTestServer(), async (connection) => {
      await connection.query(`DROP DATABASE IF EXISTS ${PROBE_DATABASE}`);
      await connection.query(`DROP USER '${account}'@'%'`);
    });
    rmSync(runDir, { recursive: true, force: true });
  });

  const worker = (): Promise<TestingModule> =>
    Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy })],
      providers: [
        LoginRows,
        DbHostsRepository,
        {
          provide: TenantHosting,
          inject: [DbHostsRepository, AppConfig],
          useFactory: (hosts: DbHostsRepository, config: AppConfig) => new LocalTenantHosting(hosts, config),
        },
        ProbeHosting,
        TenantLoginStore,
        LoginHistoryService,
      ],
    }).compile();
  const load = (number: number): Promise<void> => workers[number]!.get(LoginHistoryService).load();
  const write = (text: string): void => appendFileSync(join(runDir, 'spool', 'logins', 'history'), text);

  it('is stored once, whichever of them does it', async () => {
    const tenant = await tenancy.create();
    for (let round = 0; round < 6; round++) {
      write(Array.from({ length: 200 }, (_, index) => line(tenant.context.db, `u${round}-${index}`)).join(''));
      await Promise.all([load(0), load(1)]);
    }
    const [row] = await tenant.run(() =>
      tenancy.database.query<{ n: string; names: string }[]>('SELECT COUNT(*) AS n, COUNT(DISTINCT username) AS names FROM radpostauth'),
    );
    expect([Number(row?.n), Number(row?.names)]).toEqual([1_200, 1_200]);
  });

  it('is taken over from one that ends', async () => {
    const tenant = await tenancy.create();
    const idle = async (number: number, name: string): Promise<boolean> => {
      write(line(tenant.context.db, name));
      await load(number);
      return readdirSync(join(runDir, 'spool', 'logins')).includes('history');
    };
    // One of them has the lock; it ends, and the other one goes on.
    const working = (await idle(0, 'a')) ? 1 : 0;
    await load(working);
    workers[working]!.get(LoginHistoryService).onApplicationShutdown();
    for (let tries = 0; tries < 50 && (await idle(1 - working, `b${tries}`)); tries++) await sleep(50);
    const rows = await tenant.run(() => tenancy.database.query<{ username: string }[]>('SELECT username FROM radpostauth ORDER BY id'));
    expect(rows.map(({ username }) => username)).toEqual(['a', ...rows.slice(1).map((_, index) => `b${index}`)]);
    expect(rows.length).toBeGreaterThan(1);
  });

  it('has the logins that are nobody’s where they belong, and counts rejects for the whole platform', async () => {
    const tenant = await tenancy.create();
    const before = (await (await workers[0]!.get(ProbeHosting).place())?.rejects())?.['suspended'] ?? 0;
    write(line(PROBE_DATABASE, 'probe-1') + line(tenant.context.db, 'x', 'suspended') + line(tenant.context.db, 'y', 'suspended'));
    await Promise.all([load(0), load(1)]);
    const place = await workers[0]!.get(ProbeHosting).place();
    expect((await place?.rejects())?.['suspended']).toBe(before + 2);
    const [rows] = await withConnection(await rootOfTestServer(), (connection) =>
      connection.query(`SELECT username FROM ${PROBE_DATABASE}.radpostauth WHERE username = 'probe-1'`),
    );
    expect(rows).toEqual([{ username: 'probe-1' }]);
  });

  it('does not wait for a tenant whose access was taken away for good', async () => {
    const tenant = await tenancy.create();
    await withConnection(await rootOfTestServer(), (connection) => connection.query(`DROP USER ?@'%'`, [tenant.target.user]));
    tenancy.tenants.setStatus(tenant.context.id, 'archived');
    const late = line(tenant.context.db, 'late');
    write(late);
    await Promise.all([load(0), load(1)]);
    expect((await loginBacklog(runDir)).records).toBe(0);
    const dead = join(runDir, 'spool', 'dead');
    expect(readdirSync(dead).map((name) => readFileSync(join(dead, name), 'latin1'))).toEqual([late]);
  });

  it('is stored for the tenants when the place of the probe cannot be had', async () => {
    const tenant = await tenancy.create();
    const spies = workers.map((one) => jest.spyOn(one.get(ProbeHosting), 'place').mockRejectedValue(new Error('away')));
    write(line(PROBE_DATABASE, 'probe-2') + line(tenant.context.db, 'x', 'suspended'));
    await Promise.all([load(0), load(1)]);
    for (const spy of spies) spy.mockRestore();
    expect(await tenant.run(() => tenancy.database.query('SELECT username FROM radpostauth'))).toEqual([{ username: 'x' }]);
    expect(readdirSync(join(runDir, 'spool', 'logins', 'waiting'))).toHaveLength(1);
  });

  it('finds the tenant by its database in the central database', async () => {
    const repository = new TenantsRepository(central.database);
    expect(await repository.findByDatabase('t_nowhere')).toBeNull();
  });
});

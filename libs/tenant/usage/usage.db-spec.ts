import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Actor, systemActor } from '@jala/contracts';
import { QueueModule } from '@jala/infra/queue';
import { PlanLimits, RouterCertificates, type RouterClaim, RouterPublisher, RouterRegistry } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
  watchStatements,
} from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { radiusEntities } from '@jala/radius';
import { customersEntities, CustomersService } from '@jala/tenant/customers';
import { routersEntities, RoutersService } from '@jala/tenant/routers';
import { servicePlansEntities, ServicePlansService } from '@jala/tenant/service-plans';
import { firstValueFrom } from 'rxjs';
import { LiveTrafficService, SessionExportService, UsageModule, UsageService } from './index';

let registryId = 0;

@Global()
@Module({
  providers: [
    { provide: PlanLimits, useValue: { maximum: async () => null } },
    {
      provide: RouterRegistry,
      useValue: {
        claim: async ({ address }: RouterClaim) => ({ registryId: ++registryId, address: address ?? `240.0.0.${registryId}` }),
        release: async () => undefined,
        troubles: async () => new Map(),
      },
    },
    { provide: RouterCertificates, useValue: {} },
    { provide: RouterPublisher, useValue: {} },
  ],
  exports: [PlanLimits, RouterRegistry, RouterPublisher, RouterCertificates],
})
class PortsModule {}

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };
/** 00:30 on the eleventh in Jakarta. */
const NOW = new Date('2026-03-10T17:30:00.000Z');
const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);

const textOf = async (file: AsyncIterable<Buffer | string>): Promise<string> => {
  let text = '';
  for await (const chunk of file) text += chunk.toString();
  return text;
};

describe('usage in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let routerId: number;
  let homePlan: number;
  const clock = new FixedClock(NOW);

  const of = <T>(type: abstract new (...args: never[]) => T): T => app.get<T>(type, { strict: false });
  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> =>
    tenant.run(() => tenancy.database.query<T[]>(sql, params));
  const used = (day: string, username: string, input: number, output: number, router = routerId): Promise<unknown> =>
    rows('INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions) VALUES (?, ?, ?, ?, ?, 1)', [
      day,
      username,
      router,
      input,
      output,
    ]);
  const usage = (): UsageService => of(UsageService);

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...customersEntities, ...routersEntities, ...servicePlansEntities] });
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), QueueModule, PortsModule, UsageModule],
    }).compile();
    app = await module.init();
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    tenant = await tenancy.create();
    await rows("INSERT INTO settings (name, timezone, currency, locale) VALUES ('ISP', 'Asia/Jakarta', 'IDR', 'id')");
    await tenant.run(async () => {
      const terms = {
        downloadBps: 1e7,
        uploadBps: 1e6,
        priceMinor: 0,
        validityValue: null,
        validityUnit: null,
        quotaBytes: null,
        sharedUsers: 1,
        description: null,
        active: true,
      };
      homePlan = (await of(ServicePlansService).create(actor, { name: 'Home', ...terms })).id;
      await of(CustomersService).create(actor, { username: 'siti', name: 'Siti', servicePlanId: homePlan, serviceType: 'pppoe' });
      routerId = (await of(RoutersService).create(actor, { name: 'Tower', address: '192.0.2.1', coaPort: 1700 })).router.id;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it('is counted in days of the tenant: half past midnight is today, and every day has its place', async () => {
    await used('2026-03-10', 'siti', 1, 10);
    await used('2026-03-11', 'siti', 2, 20);
    await used('2026-03-11', 'SITI', 3, 30, 77);
    await used('2026-03-12', 'siti', 100, 100);
    const report = await tenant.run(() => usage().report(actor, {}));
    expect(report.period).toEqual({ from: '2026-02-10', to: '2026-03-11' });
    expect(report.days).toHaveLength(30);
    expect(report.days.at(-3)).toEqual({ day: '2026-03-09', inputBytes: 0, outputBytes: 0, sessions: 0, users: 0 });
    expect(report.days.slice(-2)).toEqual([
      { day: '2026-03-10', inputBytes: 1, outputBytes: 10, sessions: 1, users: 1 },
      { day: '2026-03-11', inputBytes: 5, outputBytes: 50, sessions: 2, users: 1 },
    ]);
    expect(report.total).toEqual({ inputBytes: 6, outputBytes: 60, sessions: 3, users: 1 });
  });

  it('of a session across the tenant’s midnight is shared between its two days, and nothing is lost', async () => {
    await rows('DELETE FROM zone_offsets');
    await rows("INSERT INTO zone_offsets (from_at, offset_s) VALUES ('2000-01-01', 7 * 3600)");
    // 23:50 to 00:10 in Jakarta.
    await rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctinputoctets, acctoutputoctets)
       VALUES ('81a', '81a', 'siti', ?, '2026-03-10 16:50:00', '2026-03-10 16:50:00', 0, 0)`,
      [routerId],
    );
    await rows("UPDATE radacct SET acctupdatetime = '2026-03-10 17:10:00', acctinputoctets = 1001, acctoutputoctets = 4000");
    const { days, total } = await tenant.run(() => usage().report(actor, {}));
    expect(days.slice(-2)).toMatchObject([
      { day: '2026-03-10', inputBytes: 500, outputBytes: 2_000, sessions: 1 },
      { day: '2026-03-11', inputBytes: 501, outputBytes: 2_000, sessions: 0 },
    ]);
    expect(total).toEqual({ inputBytes: 1_001, outputBytes: 4_000, sessions: 1, users: 1 });
  });

  it('is told apart by router, plan and user, and the parts make the whole', async () => {
    await used('2026-03-10', 'siti', 1, 10);
    await used('2026-03-10', 'stranger', 5, 50, 77);
    const period = { from: '2026-03-01', to: '2026-03-31' };
    await tenant.run(async () => {
      expect(await usage().byRouter(actor, period)).toMatchObject([
        { router: null, outputBytes: 50 },
        { router: { id: routerId, name: 'Tower' }, outputBytes: 10 },
      ]);
      expect(await usage().byPlan(actor, period)).toMatchObject([
        { plan: null, inputBytes: 5 },
        { plan: { id: homePlan, name: 'Home' }, inputBytes: 1 },
      ]);
      expect(await usage().top(actor, period, 5)).toMatchObject([
        { username: 'stranger', customer: null },
        { username: 'siti', customer: { name: 'Siti' } },
      ]);
      expect((await usage().report(actor, { ...period, routerId })).total.outputBytes).toBe(10);
      expect((await usage().report(actor, { ...period, servicePlanId: homePlan })).total.outputBytes).toBe(10);
    });
  });

  it.each([
    [{ from: '2026-03-02', to: '2026-03-01' }, 'from'],
    [{ from: '2020-01-01', to: '2026-03-01' }, 'from'],
    [{ from: '2026-02-30' }, 'from'],
    [{ to: '2026-13-01' }, 'to'],
  ])('refuses the period %j', async (period, field) => {
    await expect(tenant.run(() => usage().report(actor, period))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: { [field]: expect.anything() },
    });
  });

  it('is exported line by line, in the tenant’s own scope, past the first page', async () => {
    await rows(`INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
      SELECT '2026-03-01' + INTERVAL seq MOD 10 DAY, CONCAT('user', seq DIV 10), 1, seq, 1, 1 FROM seq_1_to_4500`);
    await used('2026-03-05', '=cmd|a', 1, 2);
    const { name, file } = await tenant.run(() => usage().export(actor, { from: '2026-03-01', to: '2026-03-31' }));
    const lines = (await textOf(file)).trim().split('\r\n');
    expect(name).toBe('usage-2026-03-01-2026-03-31.csv');
    expect(lines).toHaveLength(1 + 4_501);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.find((line) => line.includes('cmd'))).toBe("2026-03-05,'=cmd|a,,,Tower,2,1,1");
  });

  it('exports the sessions that ended on the tenant’s days, each once', async () => {
    await rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctinputoctets, acctoutputoctets)
       SELECT seq, seq, 'siti', ?, ? - INTERVAL 1 HOUR, ?, ?, 60, 1, 2 FROM seq_1_to_2500`,
      [routerId, NOW, NOW, NOW],
    );
    await rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime) VALUES ('y', 'y', 'siti', ?, ?, ?, ?)`,
      [routerId, minutesAgo(60), minutesAgo(31), minutesAgo(31)],
    );
    await rows(
      `INSERT INTO radacct_archive (radacctid, acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctstoptime)
       SELECT 100000 + seq, seq, CONCAT('old', seq), 'siti', ?, ?, ?, ? FROM seq_1_to_2100`,
      [routerId, minutesAgo(3_000), minutesAgo(2_900), minutesAgo(2_900)],
    );
    const count = async (from: string): Promise<number> => {
      const { file } = await tenant.run(() => of(SessionExportService).export(actor, { from, to: '2026-03-11', routerId }));
      return (await textOf(file)).trim().split('\r\n').length - 1;
    };
    expect(await count('2026-03-11')).toBe(2_500);
    expect(await count('2026-03-10')).toBe(2_501);
    expect(await count('2026-03-01')).toBe(4_601);
  });

  it('of this moment is grouped by router and plan, with the rate of the last two reports', async () => {
    const online = (id: string, username: string, router: number, previous: number | null, updated = minutesAgo(1)): Promise<unknown> =>
      rows(
        `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, acctstarttime, acctupdatetime, acctinterval, acctinputoctets, acctoutputoctets, previous_input, previous_output)
         VALUES (?, ?, ?, ?, ?, ?, 300, 1000000, 4000000, ?, ?)`,
        [id, id, username, router, minutesAgo(30), updated, previous, previous],
      );
    await online('81a', 'SITI', routerId, 250_000);
    await online('81b', 'stranger', 77, null);
    await online('81c', 'lost', 77, 0, minutesAgo(20));
    const live = await tenant.run(() => firstValueFrom(of(LiveTrafficService).watch(actor)));
    expect(live).toEqual({
      at: NOW,
      online: 2,
      inputBps: 20_000,
      outputBps: 100_000,
      routers: [
        { router: { id: routerId, name: 'Tower' }, online: 1, inputBps: 20_000, outputBps: 100_000 },
        { router: null, online: 1, inputBps: 0, outputBps: 0 },
      ],
      plans: [
        { plan: { id: homePlan, name: 'Home' }, online: 1, inputBps: 20_000, outputBps: 100_000 },
        { plan: null, online: 1, inputBps: 0, outputBps: 0 },
      ],
    });
  });

  it('of another tenant is not seen', async () => {
    await used('2026-03-10', 'siti', 1, 10);
    const other = await tenancy.create();
    await other.run(async () => {
      expect((await usage().report(actor, {})).total.outputBytes).toBe(0);
      expect(await usage().top(actor, {}, 5)).toEqual([]);
      expect((await of(LiveTrafficService).now(actor)).online).toBe(0);
      expect((await textOf((await usage().export(actor, {})).file)).trim().split('\r\n')).toHaveLength(1);
      await expect(usage().ofCustomer(actor, 1, {})).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    });
  });

  it('of a customer begins when they became one: the username may have been somebody else’s', async () => {
    await used('2026-03-08', 'siti', 500, 500);
    await used('2026-03-11', 'siti', 1, 2);
    const [{ id }] = (await rows<{ id: number }>("SELECT id FROM customers WHERE username = 'siti'")) as [{ id: number }];
    await rows("UPDATE customers SET created_at = '2026-03-10 20:00:00'");
    const ask = (period = {}) => tenant.run(() => usage().ofCustomer(actor, Number(id), period));
    const report = await ask();
    expect([report.total.inputBytes, report.total.outputBytes, report.days.length]).toEqual([1, 2, 30]);
    expect((await ask({ from: '2026-03-01', to: '2026-03-09' })).total).toMatchObject({ inputBytes: 0, outputBytes: 0 });
  });

  it('reads the days that are asked for and no others', async () => {
    await rows(`INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
      SELECT '2025-03-01' + INTERVAL seq MOD 365 DAY, CONCAT('user', seq DIV 365), seq MOD 9, 1, 1, 1 FROM seq_1_to_40000`);
    await rows('ANALYZE TABLE usage_daily');
    const statements = watchStatements();
    await tenant.run(async () => {
      const week = { from: '2025-06-01', to: '2025-06-07' };
      await usage().report(actor, week);
      await usage().byRouter(actor, week);
      await usage().top(actor, week, 10);
      await usage().report(actor, { ...week, routerId: 3 });
      await textOf((await usage().export(actor, week)).file);
    });
    const asked = statements.sent().filter(([sql]) => /FROM usage_daily/.test(sql));
    statements.stop();
    expect(asked.length).toBeGreaterThan(6);
    for (const [sql, params] of asked) {
      const [plan] = await rows<{ type: string; rows: string }>(`EXPLAIN ${sql}`, params);
      expect([sql, plan?.type]).toEqual([sql, 'range']);
      expect(Number(plan?.rows)).toBeLessThan(2_000);
    }
  });
});

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
import { type CoaAnswer, CoaClient, LimitsReader, radiusEntities } from '@jala/radius';
import { customersEntities, CustomersService } from '@jala/tenant/customers';
import { routersEntities, RoutersService } from '@jala/tenant/routers';
import { servicePlansEntities, ServicePlansService } from '@jala/tenant/service-plans';
import { DashboardModule, DashboardService } from '@jala/tenant/dashboard';
import { DisconnectionsService, RouterSilentError } from './disconnections.service';
import { LiveSessionsService, SessionsModule, SessionsService } from './index';

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

/** The outbox writes in the background, so only what is read counts. */
const selects = (statements: ReturnType<typeof watchStatements>): number =>
  statements.sent().filter(([sql]) => /^SELECT/i.test(sql.trim())).length;

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };
const NOW = new Date('2026-03-10T02:00:00.000Z');
const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);

describe('sessions in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let routerId: number;
  let customerId: number;
  const answers: CoaAnswer[] = [];
  const asked: { port: number; username: string; acctSessionId: string }[] = [];
  const clock = new FixedClock(NOW);

  const of = <T>(type: abstract new (...args: never[]) => T): T => app.get<T>(type, { strict: false });
  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> =>
    tenant.run(() => tenancy.database.query<T[]>(sql, params));
  const session = (
    id: string,
    username: string,
    over: { updated?: Date; stopped?: Date; router?: number; bytes?: number } = {},
  ): Promise<unknown> =>
    rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, nasipaddress, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctinputoctets,
        acctoutputoctets, framedipaddress) VALUES (?, ?, ?, ?, '192.0.2.1', ?, ?, ?, 1800, ?, ?, '10.0.0.9')`,
      [
        id,
        id,
        username,
        over.router ?? routerId,
        minutesAgo(30),
        over.updated ?? minutesAgo(1),
        over.stopped ?? null,
        over.bytes ?? 0,
        over.bytes ?? 0,
      ],
    );
  const end = (username: string, isLast = false, more: object = {}): Promise<void> =>
    tenant.run(() => of(DisconnectionsService).end({ username, reason: 'deleted', ...more }, { attempt: isLast ? 6 : 1, attempts: 6 }));
  const outcomes = async (): Promise<unknown[]> => rows("SELECT action, after_values FROM activity_log WHERE action LIKE 'session.%'");

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...customersEntities, ...routersEntities, ...servicePlansEntities] });
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), QueueModule, PortsModule, SessionsModule, DashboardModule],
    })
      .overrideProvider(CoaClient)
      .useValue({
        disconnect: async ({ port }: { port: number }, { username, acctSessionId }: { username: string; acctSessionId: string }) => {
          asked.push({ port, username, acctSessionId });
          return answers.shift() ?? { result: 'ack', attempts: 1 };
        },
      })
      .compile();
    app = await module.init();
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    answers.length = asked.length = 0;
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
      };
      const plan = await of(ServicePlansService).create(actor, { name: 'Home', description: null, active: true, ...terms });
      const { customer } = await of(CustomersService).create(actor, {
        username: 'budi',
        name: 'Budi',
        servicePlanId: plan.id,
        serviceType: 'pppoe',
      });
      customerId = customer.id;
      routerId = (await of(RoutersService).create(actor, { name: 'Tower', address: '192.0.2.1', coaPort: 1700 })).router.id;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it('names customers and routers, whatever the case, with the same few statements for any number', async () => {
    const list = (): ReturnType<SessionsService['list']> =>
      tenant.run(() => of(SessionsService).list(actor, { page: 1, perPage: 50, order: 'asc' }, { state: 'online' }));
    await session('81a', 'BUDI');
    for (let i = 0; i < 20; i += 1) await session(`81b${i}`, `stranger${i}`, { router: 77 });
    const statements = watchStatements();
    await list();
    expect(selects(statements)).toBeLessThanOrEqual(5);
    const page = await list();
    expect(page.rows.find(({ username }) => username === 'BUDI')).toMatchObject({
      customer: { id: customerId, name: 'Budi' },
      router: { id: routerId, name: 'Tower' },
    });
    expect(page.rows.find(({ username }) => username === 'stranger1')).toMatchObject({ customer: null, router: null });
  });

  it('asks the router of every open session, and writes down what it said', async () => {
    await session('81a', 'budi');
    await session('81b', 'budi');
    await session('81c', 'budi', { stopped: minutesAgo(5) });
    await session('81d', 'budi', { updated: minutesAgo(60) });
    const gone = { result: 'nak', attempts: 1, errorCause: 503, reason: 'the router has no such session' } as const;
    answers.push({ result: 'ack', attempts: 1 }, gone, gone);
    await end('budi');
    expect(asked.sort((a, b) => a.acctSessionId.localeCompare(b.acctSessionId))).toEqual(
      ['81a', '81b', '81d'].map((acctSessionId) => ({ port: 1700, username: 'budi', acctSessionId })),
    );
    const said = (answer: string) => ({
      action: 'session.disconnected',
      after_values: { reason: 'deleted', router_id: routerId, nas_ip: '192.0.2.1', answer },
    });
    const { length } = await outcomes();
    expect(length).toBe(3);
    expect(await outcomes()).toEqual(
      expect.arrayContaining([said('acknowledged'), said('the router has no such session'), said('the router has no such session')]),
    );
  });

  it('knows a session that reports once an hour as long as it may be silent, and ends it when its user is suspended', async () => {
    const list = () => tenant.run(() => of(SessionsService).list(actor, { page: 1, perPage: 50, order: 'asc' }, { state: 'online' }));
    await session('81a', 'budi', { updated: minutesAgo(50) });
    expect((await list()).total).toBe(0);
    await rows("UPDATE raduser SET interim_s = 3600 WHERE username = 'budi'");
    expect((await list()).total).toBe(1);
    expect((await tenant.run(() => of(CustomersService).get(actor, customerId))).online).toBe(true);
    expect(await tenant.run(() => of(RoutersService).get(actor, routerId))).toMatchObject({ sessionsOnline: 1 });
    expect((await tenant.run(() => of(DashboardService).overview(actor))).routers).toEqual({ total: 1, online: 1 });
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    expect(await tenant.run(() => of(LimitsReader).overstayers(NOW, minutesAgo(5)))).toEqual([{ username: 'budi', reason: 'suspended' }]);
    await end('budi', false, { reason: 'suspended' });
    expect(asked).toHaveLength(1);
    await rows('UPDATE radacct SET acctupdatetime = ?', [minutesAgo(181)]);
    expect((await list()).total).toBe(0);
  });

  it('tries again while a router is silent, and says so when it stays silent', async () => {
    await session('81a', 'budi');
    answers.push({ result: 'silent', attempts: 3 }, { result: 'silent', attempts: 3 });
    await expect(end('budi')).rejects.toThrow(RouterSilentError);
    expect(await outcomes()).toEqual([]);
    await end('budi', true);
    expect(await outcomes()).toMatchObject([{ action: 'session.disconnect_failed', after_values: { answer: 'no answer' } }]);
  });

  it('says so when nobody holds the secret of the router any more', async () => {
    await session('81a', 'budi', { router: 77 });
    await end('budi');
    expect([asked, await outcomes()]).toMatchObject([
      [],
      [{ action: 'session.disconnect_failed', after_values: { answer: 'unknown router' } }],
    ]);
  });

  it('leaves a customer online who was resumed before the job came round', async () => {
    await session('81a', 'budi');
    await end('budi', false, { reason: 'suspended' });
    expect(asked).toEqual([]);
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    await end('budi', false, { reason: 'suspended' });
    expect(asked).toHaveLength(1);
  });

  it('leaves a customer online whose expiry was moved on before the job came round', async () => {
    await session('81a', 'budi');
    await end('budi', false, { reason: 'expired' });
    expect(asked).toEqual([]);
    await rows("UPDATE raduser SET expires_at = ? WHERE username = 'budi'", [minutesAgo(1)]);
    await end('budi', false, { reason: 'expired' });
    expect(asked).toHaveLength(1);
  });

  it('leaves a session alone that began after the wish, unless its user may not be online at all', async () => {
    await session('81a', 'budi');
    // A router that was away comes back; the customer has connected again in the meantime.
    for (const reason of ['staff', 'plan-changed', 'service-changed', 'renamed'] as const) {
      await end('budi', false, { reason, askedAt: minutesAgo(31).toISOString() });
      expect(asked).toEqual([]);
    }
    await end('budi', false, { reason: 'staff', askedAt: minutesAgo(29).toISOString() });
    expect(asked).toHaveLength(1);
    await rows('DELETE FROM coa_attempts');
    await end('budi', false, { reason: 'deleted', askedAt: minutesAgo(31).toISOString() });
    expect(asked).toHaveLength(2);
  });

  it('calls a renamed user as the router does', async () => {
    await session('81a', 'budi');
    await end('budi', false, { knownAs: 'old-name' });
    expect(asked[0]!.username).toBe('old-name');
  });

  it('shows no login of the one who had the username before', async () => {
    await rows('UPDATE customers SET created_at = ?', [minutesAgo(60)]);
    await rows(
      "INSERT INTO radpostauth (username, reply, authdate, reason) VALUES ('budi', 'Access-Reject', ?, 'then'), ('budi', 'Access-Reject', ?, 'now')",
      [minutesAgo(90), minutesAgo(10)],
    );
    const page = await tenant.run(() => of(SessionsService).loginsOfCustomer(actor, customerId, { page: 1, perPage: 10, order: 'desc' }));
    expect([page.total, page.rows.map(({ reason }) => reason)]).toEqual([1, ['now']]);
  });

  it('shows no session of the one who had the username before, archived or not', async () => {
    await rows('UPDATE customers SET created_at = ?', [minutesAgo(60)]);
    await session('81-then', 'budi');
    await rows("UPDATE radacct SET acctstoptime = ? WHERE acctsessionid = '81-then'", [minutesAgo(90)]);
    await rows("INSERT INTO radacct_archive SELECT * FROM radacct WHERE acctsessionid = '81-then'");
    await session('81-now', 'budi');
    const page = await tenant.run(() => of(SessionsService).ofCustomer(actor, customerId, { page: 1, perPage: 10, order: 'desc' }));
    expect([page.total, page.rows.map(({ acctSessionId }) => acctSessionId)]).toEqual([1, ['81-now']]);
  });

  it('looks once for any number of watchers, and again when the number may have changed', async () => {
    await session('81a', 'budi');
    const look = jest.spyOn(SessionsService.prototype, 'countOnline');
    const seen: number[] = [];
    await tenant.run(
      () =>
        new Promise<void>((resolve) => {
          const watches = Array.from({ length: 5 }, () =>
            of(LiveSessionsService)
              .watch(actor)
              .subscribe(({ online }) => {
                seen.push(online);
                if (seen.length < 5) return;
                for (const watch of watches) watch.unsubscribe();
                resolve();
              }),
          );
        }),
    );
    expect([seen, look.mock.calls.length]).toEqual([[1, 1, 1, 1, 1], 1]);
  });

  it('fills the dashboard with few statements, counting the day as the tenant does', async () => {
    await rows('UPDATE customers SET created_at = ?', [minutesAgo(60 * 24 * 2)]);
    await session('81a', 'budi', { bytes: 1_000 });
    // 02:00 UTC is 09:00 in Jakarta, whose day began at 17:00 UTC the day before.
    await session('81b', 'budi', {
      bytes: 500,
      stopped: new Date('2026-03-09T17:30:00.000Z'),
      updated: new Date('2026-03-09T17:30:00.000Z'),
    });
    await session('81c', 'budi', {
      bytes: 70_000,
      stopped: new Date('2026-03-09T16:59:00.000Z'),
      updated: new Date('2026-03-09T16:59:00.000Z'),
    });
    const statements = watchStatements();
    const dashboard = await tenant.run(() => of(DashboardService).overview(actor));
    expect(selects(statements)).toBeLessThanOrEqual(9);
    expect(dashboard).toMatchObject({
      customers: { total: 1, active: 1, suspended: 0, expired: 0 },
      newCustomers: 1,
      sessionsOnline: 1,
      routers: { total: 1, online: 1 },
      trafficTodayBytes: 3_000,
      recentSessions: [{ username: 'budi', customer: { name: 'Budi' } }],
    });
  });
});

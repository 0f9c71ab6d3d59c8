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
import { DiagnosisService, type TimelineEntry, TimelineModule, type TimelinePage, TimelineService } from './index';

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

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner', name: 'Sri' };
const CREATED = new Date('2026-03-10T00:00:00.000Z');
const at = (time: string): Date => new Date(`2026-03-10T${time}.000Z`);

describe('timelines and diagnoses in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let routerId: number;
  let customerId: number;
  let cheapPlan: number;
  const clock = new FixedClock(CREATED);

  const of = <T>(type: abstract new (...args: never[]) => T): T => app.get<T>(type, { strict: false });
  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> =>
    tenant.run(() => tenancy.database.query<T[]>(sql, params));
  const login = (username: string, time: string, reason?: string, router = routerId): Promise<unknown> =>
    rows(
      "INSERT INTO radpostauth (username, reply, reason, authdate, router_id, nasipaddress, callingstationid) VALUES (?, ?, ?, ?, ?, '192.0.2.1', 'AA:BB:CC:00:00:01')",
      [username, reason === undefined ? 'Access-Accept' : 'Access-Reject', reason ?? '', at(time), router],
    );
  const session = (id: string, username: string, start: string, updated: string, stop: string | null, cause = ''): Promise<unknown> =>
    rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, nasipaddress, acctstarttime, acctupdatetime, acctstoptime, acctsessiontime, acctterminatecause)
       VALUES (?, ?, ?, ?, '192.0.2.1', ?, ?, ?, 60, ?)`,
      [id, id, username, routerId, at(start), at(updated), stop && at(stop), cause],
    );
  const kinds = ({ entries }: TimelinePage): string[] => entries.map(({ kind }) => kind);
  const timeline = (before?: string): Promise<TimelinePage> =>
    tenant.run(() => of(TimelineService).ofCustomer(actor, customerId, { before }));
  const diagnosis = () => tenant.run(() => of(DiagnosisService).ofCustomer(actor, customerId));
  const during = async <T>(time: string, work: () => Promise<T>): Promise<T> => {
    clock.set(at(time));
    return tenant.run(work);
  };

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...customersEntities, ...routersEntities, ...servicePlansEntities] });
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), QueueModule, PortsModule, TimelineModule],
    }).compile();
    app = await module.init();
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    clock.set(CREATED);
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
      const plan = await of(ServicePlansService).create(actor, { name: 'Home', ...terms });
      cheapPlan = (await of(ServicePlansService).create(actor, { name: 'Cheap', ...terms })).id;
      const { customer } = await of(CustomersService).create(actor, {
        username: 'siti',
        name: 'Siti',
        servicePlanId: plan.id,
        serviceType: 'pppoe',
      });
      customerId = customer.id;
      routerId = (await of(RoutersService).create(actor, { name: 'Tower', address: '192.0.2.1', coaPort: 1700 })).router.id;
    });
  });

  it('tells logins, sessions, answers of routers and changes in one order', async () => {
    await login('siti', '07:00:00');
    await session('81a', 'SITI', '07:00:01', '07:30:00', '07:30:00', 'Admin-Reset');
    await during('07:29:58', () => of(CustomersService).suspend(actor, customerId, 'unpaid'));
    await rows(
      `INSERT INTO coa_attempts (radacctid, acctsessionid, username, router_id, nasipaddress, kind, reason, try, last_try, packets, answer, error_cause, sent_attributes, sent_at)
       VALUES (1, '81a', 'siti', ?, '192.0.2.1', 'disconnect', 'suspended', 1, TRUE, 1, 'nak', 503, '{}', ?)`,
      [routerId, at('07:29:59')],
    );
    for (const time of ['07:31:00', '07:31:05', '07:31:10']) await login('siti', time, 'suspended');
    await during('08:00:00', () =>
      of(CustomersService).update(actor, customerId, { servicePlanId: cheapPlan, notes: 'not for everybody' }),
    );
    const page = await timeline();
    expect(kinds(page)).toEqual(['change', 'rejected', 'ended', 'coa', 'change', 'started', 'change']);
    const [planChange, rejected, , coa, suspension] = page.entries as [
      TimelineEntry,
      TimelineEntry,
      TimelineEntry,
      TimelineEntry,
      TimelineEntry,
    ];
    expect(planChange).toMatchObject({ change: { actorName: 'Sri', fields: [{ field: 'service_plan', before: 'Home', after: 'Cheap' }] } });
    expect(rejected).toMatchObject({ times: 3, since: at('07:31:00'), at: at('07:31:10') });
    expect(coa).toMatchObject({ coa: { answer: 'nak', errorCause: 503, last: true } });
    expect(suspension).toMatchObject({
      change: {
        action: 'customer.suspended',
        fields: expect.arrayContaining([{ field: 'suspended_reason', before: null, after: 'unpaid' }]),
      },
    });
    expect(page.next).toBeNull();
  });

  it('shows every entry once, page after page, also with many of one second', async () => {
    for (let i = 0; i < 150; i += 1) await login('siti', '07:00:00', `reason ${i}`);
    for (let i = 0; i < 70; i += 1) await session(`82${i}`, 'siti', '07:00:00', '07:00:00', '07:00:00');
    const seen: string[] = [];
    let next: string | null | undefined;
    do {
      const page: TimelinePage = await timeline(next ?? undefined);
      seen.push(...page.entries.map(({ kind, id }) => `${kind} ${id}`));
      next = page.next;
    } while (next !== null);
    expect(seen).toHaveLength(150 + 70 + 70 + 1);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('leaves out what somebody else did with the name before', async () => {
    await rows("INSERT INTO radpostauth (username, reply, reason, authdate) VALUES ('siti', 'Access-Reject', 'expired', ?)", [
      new Date('2026-03-09T00:00:00Z'),
    ]);
    expect(kinds(await timeline())).toEqual(['change']);
    expect((await diagnosis()).code).toBe('never_tried');
  });

  it('of a router names its customers, and only its own', async () => {
    await login('siti', '07:00:00', 'wrong password');
    await login('stranger', '07:00:01', 'no such user');
    await login('siti', '07:00:02', 'wrong password', 77);
    const page = await tenant.run(() => of(TimelineService).ofRouter(actor, routerId, { kinds: ['rejected'] }));
    expect(page.entries.map((entry) => 'login' in entry && entry.login.username)).toEqual(['stranger', 'siti']);
    expect(page.customers.get('siti')).toMatchObject({ id: customerId, name: 'Siti' });
    expect(page.routers.get(routerId)).toBe('Tower');
  });

  it('finds refused names that nobody has', async () => {
    await login('sitii', '07:00:00', 'no such user');
    await login('budi', '07:00:00', 'no such user');
    clock.set(at('09:00:00'));
    const page = await tenant.run(() => of(TimelineService).logins(actor, { accepted: false, search: 'siti' }));
    expect(page.entries.map((entry) => 'login' in entry && entry.login.username)).toEqual(['sitii']);
  });

  it('says in one sentence why somebody is not connected', async () => {
    clock.set(at('09:00:00'));
    expect(await diagnosis()).toMatchObject({ code: 'never_tried', at: null });
    await login('siti', '08:10:00', 'expired 3 h ago');
    await login('siti', '08:20:00', 'expired 3 h ago');
    expect(await diagnosis()).toMatchObject({
      code: 'rejected',
      at: at('08:20:00'),
      reason: 'expired 3 h ago',
      rejectionsLastHour: 2,
      router: { name: 'Tower' },
      resolved: true,
    });
    await login('siti', '08:30:00');
    expect(await diagnosis()).toMatchObject({ code: 'accepted_without_session', at: at('08:30:00') });
    await session('81a', 'siti', '08:30:01', '08:59:00', null);
    expect(await diagnosis()).toMatchObject({ code: 'online', at: at('08:30:01') });
    clock.set(at('09:30:00'));
    expect(await diagnosis()).toMatchObject({ code: 'silent', at: at('08:59:00') });
    await rows("UPDATE radacct SET acctstoptime = ?, acctterminatecause = 'Lost-Carrier'", [at('09:29:00')]);
    expect(await diagnosis()).toMatchObject({ code: 'ended', at: at('09:29:00'), cause: 'Lost-Carrier' });
  });

  it('is nobody else’s', async () => {
    const other = await tenancy.create();
    const refused = (work: () => Promise<unknown>): Promise<unknown> =>
      expect(other.run(work)).rejects.toMatchObject({ code: expect.stringMatching(/_NOT_FOUND$/) });
    await login('siti', '07:00:00', 'wrong password');
    await refused(() => of(TimelineService).ofCustomer(actor, customerId, {}));
    await refused(() => of(TimelineService).ofRouter(actor, routerId, {}));
    await refused(() => of(DiagnosisService).ofCustomer(actor, customerId));
    expect((await other.run(() => of(TimelineService).logins(actor, { accepted: false }))).entries).toEqual([]);
  });

  it('reads changes and answers of routers from one index each, in its order', async () => {
    await rows(
      `INSERT INTO coa_attempts (radacctid, acctsessionid, username, router_id, nasipaddress, kind, reason, try, last_try, packets, answer, sent_attributes, sent_at)
       SELECT seq, seq, CONCAT('user', seq MOD 200), seq MOD 20, '', 'change', 'renewed', 1, 1, 1, 'ack', '{}', ? - INTERVAL seq SECOND FROM seq_1_to_20000`,
      [at('12:00:00')],
    );
    await rows(
      `INSERT INTO activity_log (at, actor_kind, actor_name, actor_role, action, subject_type, subject_id, subject_label)
       SELECT ? - INTERVAL seq SECOND, 'tenant', 'Sri', 'owner', 'customer.updated', IF(seq MOD 2, 'customer', 'router'), seq MOD 200, '' FROM seq_1_to_20000`,
      [at('12:00:00')],
    );
    await rows('ANALYZE TABLE coa_attempts, activity_log');
    const statements = watchStatements();
    await timeline();
    await tenant.run(() => of(TimelineService).ofRouter(actor, routerId, {}));
    const asked = statements.sent().filter(([sql]) => /FROM (coa_attempts|activity_log)/.test(sql));
    statements.stop();
    const keys = new Set<string>();
    for (const [sql, params] of asked)
      for (const { key, Extra } of await rows<{ key: string; Extra: string }>(`EXPLAIN ${sql}`, params)) {
        expect(Extra).not.toContain('filesort');
        keys.add(key);
      }
    expect([...keys].sort()).toEqual(['activity_log_subject', 'coa_attempts_router_sent', 'coa_attempts_user_sent']);
  });
});

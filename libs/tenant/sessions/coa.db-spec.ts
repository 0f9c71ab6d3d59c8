import { Global, type INestApplicationContext, Injectable, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Actor, systemActor } from '@jala/contracts';
import { withConnection } from '@jala/infra/central-db';
import {
  HandlesJob,
  JOB_NAMES,
  JobHandler,
  type JobName,
  OutboxRelay,
  OutboxSweep,
  QueueModule,
  QueueWorkerModule,
  TenantOutbox,
} from '@jala/infra/queue';
import { PlanLimits, RouterCertificates, type RouterClaim, RouterPublisher, RouterRegistry } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  rootOfTestServer,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
} from '@jala/infra/testing';
import { SystemClock } from '@jala/kernel';
import { LimitsReader, radiusEntities } from '@jala/radius';
import { customersEntities, CustomersService } from '@jala/tenant/customers';
import { routersEntities, RoutersService } from '@jala/tenant/routers';
import { servicePlansEntities, ServicePlansService } from '@jala/tenant/service-plans';
import { type NasMode, type NasSession, NasSimulator } from '../../../test/simulators/nas';
import { DisconnectionsService } from './disconnections.service';
import { PlanRefreshRunner } from './plan-refresh-runner';
import { RefreshesService } from './refreshes.service';
import { CoaAttemptsService, MassDisconnectsService, SessionsModule, SessionsService, type SessionView } from './index';

const SECRET = 'secret-of-the-simulated-router';
const actor: Actor = { ...systemActor('Ani'), kind: 'tenant', id: 1, role: 'owner' };

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
    { provide: RouterPublisher, useValue: { publish: async () => undefined } },
  ],
  exports: [PlanLimits, RouterRegistry, RouterPublisher, RouterCertificates],
})
class PortsModule {}

/** Jobs of modules that are not part of this test. */
const elsewhere = JOB_NAMES.filter((name) => !/^(radius|router)\./.test(name)).map((name) => {
  @Injectable()
  @HandlesJob(name)
  class Elsewhere extends JobHandler<JobName> {
    async handle(): Promise<void> {}
  }
  return Elsewhere;
});

@Module({ imports: [QueueWorkerModule], providers: elsewhere })
class WorkerModule {}

async function until<T>(what: string, ask: () => Promise<T | undefined | false>, timeoutMs = 15_000): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('CoA with a real worker and a simulated router', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let nas: NasSimulator | undefined;
  let routerId: number;
  let planId: number;
  let people = 0;
  let addresses = 0;

  const of = <T>(type: abstract new (...args: never[]) => T): T => app.get<T>(type, { strict: false });
  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> =>
    tenant.run(() => tenancy.database.query<T[]>(sql, params));
  const attempts = () =>
    rows('SELECT kind, reason, try, last_try, packets, answer, error_cause, sent_attributes FROM coa_attempts ORDER BY id');
  const newPlan = (name: string, terms: object = {}) =>
    tenant.run(() =>
      of(ServicePlansService).create(actor, {
        name,
        description: null,
        active: true,
        downloadBps: 10_000_000,
        uploadBps: 1_000_000,
        priceMinor: 0,
        validityValue: null,
        validityUnit: null,
        quotaBytes: null,
        sharedUsers: 1,
        ...terms,
      }),
    );

  async function startRouter(mode: NasMode = 'ack', more: { nakCause?: number } = {}): Promise<NasSimulator> {
    const address = `127.88.${process.pid % 250}.${(addresses += 1)}`;
    nas = await NasSimulator.start({ address, secret: SECRET, mode, ...more });
    const router = { name: `Tower ${addresses}`, address, secret: SECRET, coaPort: nas.coaPort };
    routerId = (await tenant.run(() => of(RoutersService).create(actor, router))).router.id;
    return nas;
  }

  /** A customer who is online: on the router, and in radacct as accounting has stored it. */
  async function online(
    service: 'pppoe' | 'hotspot' = 'pppoe',
    plan = planId,
  ): Promise<{ customerId: number; username: string; sessionId: number; there: NasSession }> {
    const username = `user${(people += 1)}`;
    const { customer } = await tenant.run(() =>
      of(CustomersService).create(actor, { username, name: username, servicePlanId: plan, serviceType: service }),
    );
    const there = await nas!.adopt({ username, service, attributes: { 'Mikrotik-Rate-Limit': '1M/10M', 'Session-Timeout': 1_000_000 } });
    const { insertId } = (await rows(
      `INSERT INTO radacct (acctsessionid, acctuniqueid, username, router_id, nasipaddress, acctstarttime, acctupdatetime, acctsessiontime, acctinputoctets,
         acctoutputoctets, framedipaddress, framedprotocol) VALUES (?, ?, ?, ?, '192.0.2.1', UTC_TIMESTAMP() - INTERVAL 100 SECOND, UTC_TIMESTAMP(), 100, 0, 0, ?, ?)`,
      [there.id, there.id, username, routerId, there.ip, service === 'pppoe' ? 'PPP' : ''],
    )) as unknown as { insertId: number };
    return { customerId: customer.id, username, sessionId: Number(insertId), there };
  }

  const gone = (session: NasSession) => until('the session to end', async () => nas!.endedAt(session.id));
  const changed = (session: NasSession, name: string, value: string | number) =>
    until(`${name} to be ${value}`, async () =>
      (await nas!.sessions()).some(({ id, attributes }) => id === session.id && attributes[name] === value),
    );
  const shown = async (sessionId: number): Promise<SessionView | undefined> => {
    const page = await tenant.run(() => of(SessionsService).list(actor, { page: 1, perPage: 50, order: 'asc' }, { state: 'online' }));
    return page.rows.find(({ id }) => id === sessionId);
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...customersEntities, ...routersEntities, ...servicePlansEntities] });
    tenant = await tenancy.create();
    await rows("INSERT INTO settings (name, timezone, currency, locale) VALUES ('ISP', 'Asia/Jakarta', 'IDR', 'id')");
    const infra = TestInfraModule.with({ central, tenancy, clock: new SystemClock() });
    const module = await Test.createTestingModule({ imports: [infra, QueueModule, PortsModule, SessionsModule, WorkerModule] }).compile();
    app = await module.init();
    planId = (await newPlan('Home')).id;
  });
  afterAll(async () => {
    await app.get(OutboxRelay).idle();
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(() => rows('DELETE FROM coa_attempts'));
  afterEach(async () => {
    await rows('DELETE FROM radacct');
    // What a job of this test has still to write down must not be read by the next.
    await until('the jobs to be done', async () => (await rows('SELECT id FROM outbox')).length === 0);
    await nas?.stop();
    nas = undefined;
  });

  it('takes a suspended user off within two seconds, naming a PPPoE session by name and id', async () => {
    await startRouter();
    const { customerId, there, username } = await online();
    const began = Date.now();
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    expect((await gone(there)) - began).toBeLessThan(2_000);
    const naming = { 'User-Name': username, 'Acct-Session-Id': there.id };
    expect(await nas!.requests()).toEqual([{ kind: 'disconnect', attributes: naming, unknown: [] }]);
    await until('the answer on record', async () => (await attempts()).length > 0);
    expect(await attempts()).toEqual([
      {
        kind: 'disconnect',
        reason: 'suspended',
        try: 1,
        last_try: 1,
        packets: 1,
        answer: 'ack',
        error_cause: null,
        sent_attributes: naming,
      },
    ]);
  });

  it('names a hotspot session by its address too', async () => {
    await startRouter();
    const { customerId, there, username } = await online('hotspot');
    await tenant.run(() => of(DisconnectionsService).requestForCustomer(actor, customerId));
    await gone(there);
    expect((await nas!.requests())[0]!.attributes).toEqual({
      'User-Name': username,
      'Acct-Session-Id': there.id,
      'Framed-IP-Address': there.ip,
    });
  });

  it('ends one session of several by the button, and says who pressed it', async () => {
    await startRouter();
    const [one, other] = [await online(), await online()];
    await tenant.run(() => of(DisconnectionsService).requestForSession(actor, one.sessionId));
    await gone(one.there);
    expect((await nas!.sessions()).map(({ id }) => id)).toEqual([other.there.id]);
    await until('the state', async () => (await shown(one.sessionId))?.disconnection?.state === 'asked');
    expect((await shown(one.sessionId))!.disconnection).toMatchObject({ reason: 'staff', requestedBy: 'Ani', tries: 1 });
  });

  it('shows a router that refuses, with its reason', async () => {
    await startRouter('nak', { nakCause: 501 });
    const { customerId, sessionId } = await online();
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    const session = await until('the refusal', async () => {
      const view = await shown(sessionId);
      return view?.disconnection ? view : undefined;
    });
    expect(session.disconnection).toMatchObject({ state: 'refused', errorCause: 501, refusal: 'administratively prohibited' });
    expect(await attempts()).toMatchObject([{ answer: 'nak', error_cause: 501, last_try: 1 }]);
  });

  it('takes "no such session" for an end, until the session reports again', async () => {
    await startRouter('nak');
    const { customerId, sessionId } = await online();
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    await until('the answer', async () => (await attempts()).length > 0);
    expect(await attempts()).toMatchObject([{ answer: 'nak', error_cause: 503 }]);
    expect((await shown(sessionId))!.disconnection!.state).toBe('asked');
    await rows('UPDATE radacct SET acctupdatetime = UTC_TIMESTAMP() + INTERVAL 5 SECOND WHERE radacctid = ?', [sessionId]);
    expect((await shown(sessionId))!.disconnection!.state).toBe('disowned');
  });

  it('shows a silent router while it tries, and after the last try', async () => {
    await startRouter('silent');
    const { customerId, sessionId, username } = await online();
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    await until('the first try', async () => (await attempts()).length === 1);
    expect(await attempts()).toMatchObject([{ try: 1, last_try: 0, packets: 3, answer: 'timeout' }]);
    expect((await shown(sessionId))!.disconnection!.state).toBe('asked');
    await tenant.run(() => of(DisconnectionsService).end({ username, reason: 'suspended' }, { attempt: 6, attempts: 6 }));
    expect((await shown(sessionId))!.disconnection).toMatchObject({ state: 'silent', tries: 6 });
    await nas!.setMode('ack');
    await tenant.run(() => of(DisconnectionsService).end({ username, reason: 'suspended' }, { attempt: 1, attempts: 6 }));
    expect((await nas!.sessions()).length).toBe(0);
  }, 20_000);

  it('shows a router that agrees and does nothing', async () => {
    await startRouter('ignores');
    const { customerId, sessionId } = await online();
    await tenant.run(() => of(CustomersService).suspend(actor, customerId, null));
    await until('the answer', async () => (await attempts()).length > 0);
    expect((await shown(sessionId))!.disconnection!.state).toBe('asked');
    await rows('UPDATE radacct SET acctupdatetime = UTC_TIMESTAMP() + INTERVAL 5 SECOND WHERE radacctid = ?', [sessionId]);
    expect((await shown(sessionId))!.disconnection!.state).toBe('ignored');
  });

  it('changes a running session to another plan, leaving nothing of the old one', async () => {
    await startRouter();
    const fast = await newPlan('Fast', { downloadBps: 50_000_000, uploadBps: 20_000_000 });
    const { customerId, there } = await online();
    await tenant.run(() => of(CustomersService).update(actor, customerId, { servicePlanId: fast.id }));
    await changed(there, 'Mikrotik-Rate-Limit', '20M/50M');
    // The plan before had an end, this one has none.
    await changed(there, 'Session-Timeout', 2_147_483_647);
    expect((await nas!.requests()).map(({ kind }) => kind)).toEqual(['change']);
  });

  it('ends a session where the old plan left something that cannot be taken back', async () => {
    await startRouter();
    const limited = await newPlan('Limited', { quotaBytes: 1e9 });
    const { customerId, there } = await online('pppoe', limited.id);
    await tenant.run(() => of(CustomersService).update(actor, customerId, { servicePlanId: planId }));
    await gone(there);
    expect((await nas!.requests()).map(({ kind }) => kind)).toEqual(['disconnect']);
  });

  it('ends a session that the router cannot change', async () => {
    await startRouter('nak', { nakCause: 401 });
    const { customerId } = await online();
    const faster = await newPlan('Faster', { downloadBps: 90_000_000 });
    await tenant.run(() => of(CustomersService).update(actor, customerId, { servicePlanId: faster.id }));
    await until('both answers', async () => (await attempts()).length === 2);
    expect(await attempts()).toMatchObject([
      { kind: 'change', answer: 'nak', error_cause: 401 },
      { kind: 'disconnect', reason: 'plan-changed', answer: 'nak' },
    ]);
  });

  it('tells a running session that its end has moved', async () => {
    await startRouter();
    const { customerId, there } = await online();
    await tenant.run(() => of(CustomersService).update(actor, customerId, { expiresAt: new Date(Date.now() + 3_600_000) }));
    await until('a new Session-Timeout', async () => {
      const [session] = await nas!.sessions();
      const timeout = Number(session?.attributes['Session-Timeout']);
      // An hour from now, and the 100 seconds it has lasted.
      return session?.id === there.id && timeout > 3_690 && timeout < 3_720;
    });
  });

  it('cuts a user whose report reaches the quota within two seconds', async () => {
    await startRouter();
    const { customerId, there, sessionId } = await online();
    const limited = await newPlan('A kilobyte', { quotaBytes: 1_000 });
    await tenant.run(() => of(CustomersService).update(actor, customerId, { servicePlanId: limited.id }));
    await changed(there, 'Mikrotik-Total-Limit', 1_000);
    await rows('UPDATE radacct SET acctoutputoctets = 999 WHERE radacctid = ?', [sessionId]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(nas!.endedAt(there.id)).toBeUndefined();
    const began = Date.now();
    await rows('UPDATE radacct SET acctoutputoctets = 1000 WHERE radacctid = ?', [sessionId]);
    expect((await gone(there)) - began).toBeLessThan(2_000);
    await until('the answer on record', async () => (await attempts()).length === 2);
    expect((await attempts())[1]).toMatchObject({ kind: 'disconnect', reason: 'quota-reached', answer: 'ack' });
  });

  it('cuts a user whose report reaches the quota of the day, and leaves one of another day alone', async () => {
    await startRouter();
    const { there, username, sessionId } = await online();
    await rows(
      "UPDATE raduser SET quota_bytes = 1000, quota_window = 'day', used_window = 'day', used_bytes = 1000, used_until = UTC_TIMESTAMP() - INTERVAL 1 SECOND WHERE username = ?",
      [username],
    );
    await tenant.run(() => of(RefreshesService).refresh(username, 'resumed', { attempt: 1, attempts: 1 }));
    expect((await nas!.sessions())[0]!.attributes['Mikrotik-Total-Limit']).toBe(1_000);
    const began = Date.now();
    await rows('UPDATE radacct SET acctoutputoctets = 1000, acctsessiontime = 160 WHERE radacctid = ?', [sessionId]);
    expect((await gone(there)) - began).toBeLessThan(2_000);
  });

  it('slows a user whose report reaches fair use within two seconds', async () => {
    await startRouter();
    const { customerId, there, username, sessionId } = await online();
    await rows("UPDATE raduser SET fup_bytes = 1000, fup_rate_limit = '64k/128k' WHERE username = ?", [username]);
    const soon = new Date(Date.now() + 3_600_000);
    await tenant.run(() => of(CustomersService).update(actor, customerId, { expiresAt: soon }));
    await until('the change', async () => (await attempts()).length === 1);
    const began = Date.now();
    await rows('UPDATE radacct SET acctoutputoctets = 1000 WHERE radacctid = ?', [sessionId]);
    await changed(there, 'Mikrotik-Rate-Limit', '64k/128k');
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('cuts a user whose time runs out within two seconds, though the router keeps to no timeout', async () => {
    await startRouter();
    await nas!.honourSessionTimeout(false);
    const { customerId, there } = await online();
    const at = Math.ceil(Date.now() / 1000) * 1000 + 2_000;
    await tenant.run(() => of(CustomersService).update(actor, customerId, { expiresAt: new Date(at) }));
    const ended = await gone(there);
    expect(ended - at).toBeGreaterThanOrEqual(0);
    expect(ended - at).toBeLessThan(2_000);
    expect(await nas!.requests()).toMatchObject([{ kind: 'change' }, { kind: 'disconnect' }]);
  });

  it('ends on time at a router that keeps to its timeout, whatever it does about CoA', async () => {
    await startRouter('ignores');
    const username = 'on-time';
    const there = await nas!.adopt({ username, attributes: { 'Session-Timeout': 1 } });
    expect(Math.abs((await gone(there)) - there.startedAt - 1_000)).toBeLessThan(1_000);
  });

  it('finds who is online and may not be, whatever was missed, and asks again after a while only', async () => {
    await startRouter();
    const { username, sessionId } = await online();
    const [now, aWhileAgo] = [new Date(), new Date(Date.now() - 300_000)];
    const find = () => tenant.run(() => of(LimitsReader).overstayers(now, aWhileAgo));
    expect(await find()).toEqual([]);
    await rows("UPDATE raduser SET status = 'suspended' WHERE username = ?", [username]);
    expect(await find()).toEqual([{ username, reason: 'suspended' }]);
    await tenant.run(() => of(DisconnectionsService).endOne(sessionId, 'Ani', { attempt: 1, attempts: 1 }));
    expect(await find()).toEqual([]);
    await rows('UPDATE coa_attempts SET sent_at = sent_at - INTERVAL 6 MINUTE');
    expect(await find()).toEqual([{ username, reason: 'suspended' }]);
  });

  it('asks again about somebody who was deleted while the router was away, and about nobody it does not know', async () => {
    await startRouter('silent');
    const { username, customerId } = await online();
    await rows(
      "INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctupdatetime) VALUES ('s', 's', 'stock', UTC_TIMESTAMP(), UTC_TIMESTAMP())",
    );
    const [now, aWhileAgo] = [new Date(), new Date(Date.now() - 300_000)];
    const find = () => tenant.run(() => of(LimitsReader).overstayers(now, aWhileAgo));
    await tenant.run(() => of(CustomersService).remove(actor, customerId));
    await until('the first try', async () => (await attempts()).length > 0);
    expect(await find()).toEqual([]);
    await rows('UPDATE coa_attempts SET sent_at = sent_at - INTERVAL 6 MINUTE');
    expect(await find()).toEqual([{ username, reason: 'deleted' }]);
  });

  it('ends all sessions of a plan, or of a router, and counts them', async () => {
    await startRouter();
    const elsewherePlan = await newPlan('Elsewhere');
    const stays = await online('pppoe', elsewherePlan.id);
    for (let i = 0; i < 30; i += 1) await online();
    const target = { scope: 'service_plan', id: planId } as const;
    expect(await tenant.run(() => of(MassDisconnectsService).preview(actor, target))).toEqual({ scopeName: 'Home', sessions: 30 });
    const { id } = await tenant.run(() => of(MassDisconnectsService).start(actor, target));
    const finished = await until('the run to finish', async () => {
      const run = await tenant.run(() => of(MassDisconnectsService).get(actor, id));
      return run.finishedAt && run;
    });
    expect(finished).toMatchObject({ sessions: 30, ended: 30, failed: 0, requestedBy: 'Ani' });
    expect((await nas!.sessions()).map((session) => session.id)).toEqual([stays.there.id]);
    expect(await tenant.run(() => of(MassDisconnectsService).preview(actor, { scope: 'router', id: routerId }))).toMatchObject({
      sessions: 31,
    });
  });

  describe('a plan that is changed', () => {
    const change = (id: number, terms: object) => tenant.run(() => of(ServicePlansService).update(actor, id, terms));
    const last = async (id: number) => (await tenant.run(() => of(ServicePlansService).refreshesOf(actor, id)))[0]!;
    const finished = (id: number) => until('the refresh to finish', async () => ((await last(id)).finishedAt ? last(id) : undefined));

    it('brings the new terms to all its running sessions and to nobody else', async () => {
      await startRouter();
      const plan = await newPlan('Many');
      const other = await online();
      const all = [];
      for (let i = 0; i < 60; i += 1) all.push(await online('pppoe', plan.id));
      await change(plan.id, { downloadBps: 40_000_000, idleSeconds: 600 });
      expect(await finished(plan.id)).toMatchObject({
        needed: 'change',
        sessions: 60,
        changed: 60,
        ended: 0,
        failed: 0,
        requestedBy: 'Ani',
      });
      const there = new Map((await nas!.sessions()).map(({ id, attributes }) => [id, attributes]));
      expect(
        all.every(({ there: { id } }) => there.get(id)?.['Mikrotik-Rate-Limit'] === '1M/40M' && there.get(id)?.['Idle-Timeout'] === 600),
      ).toBe(true);
      expect(there.get(other.there.id)?.['Mikrotik-Rate-Limit']).toBe('1M/10M');
      expect(
        await rows("SELECT COUNT(*) AS n, MIN(reason) AS reason, MIN(requested_by) AS who FROM coa_attempts WHERE kind = 'change'"),
      ).toEqual([{ n: 60, reason: 'plan-changed', who: 'Ani' }]);
    }, 30_000);

    it('ends them where something of the old terms cannot be taken back', async () => {
      await startRouter();
      const plan = await newPlan('Pooled', { pool: 'rumah' });
      const { there } = await online('pppoe', plan.id);
      await change(plan.id, { pool: null });
      await gone(there);
      expect(await finished(plan.id)).toMatchObject({ needed: 'disconnect', changed: 0, ended: 1, failed: 0 });
    });

    it('ends whoever may not be online any more, and says why', async () => {
      await startRouter();
      const plan = await newPlan('Metered', { quotaBytes: 1e9 });
      const { there, username } = await online('pppoe', plan.id);
      await rows('UPDATE raduser SET used_bytes = 5e8 WHERE username = ?', [username]);
      await change(plan.id, { quotaBytes: 4e8 });
      await gone(there);
      expect(await finished(plan.id)).toMatchObject({ needed: 'change', changed: 0, ended: 1 });
      expect(await attempts()).toMatchObject([{ kind: 'disconnect', reason: 'quota-reached', answer: 'ack' }]);
    });

    it('tries sessions of a silent router again, each by itself', async () => {
      await startRouter('silent');
      const plan = await newPlan('Far away');
      const { there, username } = await online('pppoe', plan.id);
      await change(plan.id, { uploadBps: 3_000_000 });
      expect(await finished(plan.id)).toMatchObject({ changed: 0, failed: 1 });
      expect(await rows('SELECT job, payload FROM outbox')).toMatchObject([
        { job: 'radius.refresh-user', payload: { username, reason: 'plan-changed' } },
      ]);
      await nas!.setMode('ack');
      await changed(there, 'Mikrotik-Rate-Limit', '3M/10M');
    }, 30_000);

    it('goes on where an interrupted run stopped, and leaves sessions alone that began later', async () => {
      await startRouter();
      const plan = await newPlan('Interrupted');
      const [told, untold] = [await online('pppoe', plan.id), await online('pppoe', plan.id)];
      const { insertId } = (await rows(
        `INSERT INTO plan_refreshes (service_plan_id, requested_by, needed, up_to_session, at_session, sessions, changed, created_at)
         VALUES (?, 'Ani', 'change', ?, ?, 2, 1, UTC_TIMESTAMP(3))`,
        [plan.id, untold.sessionId, told.sessionId],
      )) as unknown as { insertId: number };
      await online('pppoe', plan.id);
      await tenant.run(() => of(PlanRefreshRunner).run(Number(insertId)));
      expect(await last(plan.id)).toMatchObject({ changed: 2, finishedAt: expect.any(Date) });
      expect((await nas!.requests()).map(({ attributes }) => attributes?.['Acct-Session-Id'])).toEqual([untold.there.id]);
      await tenant.run(() => of(PlanRefreshRunner).run(Number(insertId)));
      expect((await nas!.requests()).length).toBe(1);
    });
  });

  it('keeps tenants apart: sessions, answers, runs and jobs', async () => {
    await startRouter();
    const { there, username, sessionId } = await online();
    const run = await tenant.run(() => of(MassDisconnectsService).start(actor, { scope: 'router', id: routerId }));
    await gone(there);
    await until('the answer', async () => (await attempts()).length === 1);
    const second = await online();
    const stranger = await tenancy.create();
    const asked = (await nas!.requests()).length;
    await stranger.run(async () => {
      await expect(of(DisconnectionsService).requestForSession(actor, sessionId)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
      await expect(of(DisconnectionsService).requestForCustomer(actor, second.customerId)).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
      await expect(of(MassDisconnectsService).get(actor, run.id)).rejects.toMatchObject({ code: 'MASS_DISCONNECT_NOT_FOUND' });
      await expect(of(MassDisconnectsService).preview(actor, { scope: 'router', id: routerId })).rejects.toMatchObject({
        code: 'ROUTER_NOT_FOUND',
      });
      await expect(of(MassDisconnectsService).start(actor, { scope: 'service_plan', id: planId })).rejects.toMatchObject({
        code: 'SERVICE_PLAN_NOT_FOUND',
      });
      expect((await of(CoaAttemptsService).list(actor, { page: 1, perPage: 50 })).total).toBe(0);
      // The same names and numbers, had a job of another tenant carried them.
      await of(DisconnectionsService).end({ username, reason: 'deleted' }, { attempt: 1, attempts: 1 });
      await of(DisconnectionsService).endOne(second.sessionId, 'Ani', { attempt: 1, attempts: 1 });
      await of(MassDisconnectsService).run(run.id);
    });
    expect([(await nas!.requests()).length, (await nas!.sessions()).length]).toEqual([asked, 1]);
  });

  it('runs every job about one tenant in its database alone: a twin with the same rows stays as it is', async () => {
    await startRouter();
    const plan = await newPlan('Twins');
    const [named, one, many, told, due] = [await online(), await online(), await online(), await online('pppoe', plan.id), await online()];
    const twin = await twinOf(tenant, tenancy);
    await rows("INSERT INTO coa_due (username, reason) VALUES (?, 'quota-reached')", [due.username]);
    const before = await contentOf(twin);
    const { id: tenantId } = tenant.context;
    await tenant.run(async () => {
      const outbox = of(TenantOutbox);
      await outbox.enqueue('radius.disconnect-user', { tenantId, username: named.username, reason: 'staff' });
      await outbox.enqueue('radius.disconnect-session', { tenantId, sessionId: one.sessionId, requestedBy: 'Ani' });
      await outbox.enqueue('radius.refresh-user', { tenantId, username: many.username, reason: 'resumed' });
      await of(ServicePlansService).update(actor, plan.id, { downloadBps: 40_000_000 });
    });
    await changed(told.there, 'Mikrotik-Rate-Limit', '1M/40M');
    await tenant.run(() => of(MassDisconnectsService).start(actor, { scope: 'service_plan', id: planId }));
    for (const { there } of [named, one, many]) await gone(there);
    await until('the limits to be looked at', async () => (await rows('SELECT username FROM coa_due')).length === 0);
    await until('the jobs to be done', async () => (await rows('SELECT id FROM outbox')).length === 0);
    await of(OutboxSweep).purge();
    expect((await attempts()).length).toBeGreaterThanOrEqual(4);
    expect(await contentOf(twin)).toEqual(before);
    // It would be seen: the same job, in the twin's own scope.
    await twin.run(() => of(DisconnectionsService).end({ username: named.username, reason: 'staff' }, { attempt: 1, attempts: 1 }));
    expect(await contentOf(twin)).not.toEqual(before);
  }, 30_000);
});

/** Another tenant, out of service so that nothing has to do with it, with the same rows under the same ids. */
async function twinOf(tenant: TestTenant, tenancy: TestTenancy): Promise<TestTenant> {
  const twin = await tenancy.create();
  tenancy.tenants.setStatus(twin.context.id, 'archived');
  await withConnection(await rootOfTestServer(), async (connection) => {
    const [tables] = await connection.query(
      `SELECT table_name AS name, GROUP_CONCAT(CONCAT('\`', column_name, '\`')) AS columns FROM information_schema.columns
        WHERE table_schema = ? AND is_generated = 'NEVER' AND table_name <> 'schema_migrations' GROUP BY table_name`,
      [tenant.context.db],
    );
    await connection.query('SET foreign_key_checks = 0');
    for (const { name, columns } of tables as { name: string; columns: string }[])
      await connection.query(
        `REPLACE INTO \`${twin.context.db}\`.\`${name}\` (${columns}) SELECT ${columns} FROM \`${tenant.context.db}\`.\`${name}\``,
      );
  });
  return twin;
}

async function contentOf({ context: { db } }: TestTenant): Promise<Record<string, string>> {
  return withConnection(await rootOfTestServer(), async (connection) => {
    const [tables] = await connection.query('SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?', [db]);
    const names = (tables as { name: string }[]).map(({ name }) => `\`${db}\`.\`${name}\``);
    const [sums] = await connection.query(`CHECKSUM TABLE ${names.join(', ')}`);
    return Object.fromEntries((sums as { Table: string; Checksum: string }[]).map(({ Table, Checksum }) => [Table, Checksum]));
  });
}

import { Test } from '@nestjs/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { type Actor, systemActor } from '@jala/contracts';
import { QueueModule } from '@jala/infra/queue';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
  watchStatements,
} from '@jala/infra/testing';
import { radiusEntities, RadiusWriter } from '@jala/radius';
import { type NewServicePlan, servicePlansEntities, ServicePlansModule, ServicePlansService, type ServicePlanView } from './index';

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };
const HOME: NewServicePlan = {
  name: 'Home 10',
  downloadBps: 10_000_000,
  uploadBps: 5_000_000,
  priceMinor: 25_000_000,
  validityValue: 30,
  validityUnit: 'days',
  quotaBytes: null,
  sharedUsers: 1,
  description: null,
  active: true,
};

describe('service plans in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let plans: ServicePlansService;

  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> =>
    tenant.run(() => tenancy.database.query<T[]>(sql, params));
  const create = (over: Partial<NewServicePlan> = {}): Promise<ServicePlanView> =>
    tenant.run(() => plans.create(actor, { ...HOME, ...over }));
  const update = (id: number, change: Partial<NewServicePlan>): Promise<ServicePlanView> =>
    tenant.run(() => plans.update(actor, id, change));
  const subscribe = async (plan: ServicePlanView, usernames: string[]): Promise<void> => {
    for (const username of usernames) {
      const user = { username, password: 'x', status: 'active' as const, expiresAt: null, group: `plan_${plan.id}`, rateLimit: '5M/10M' };
      await tenant.run(() => app.get(RadiusWriter, { strict: false }).putUser(user));
      await rows("INSERT INTO customers (username, name, service_type, service_plan_id, anchor_at) VALUES (?, 'N', 'pppoe', ?, NOW())", [
        username,
        plan.id,
      ]);
    }
  };

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...servicePlansEntities] });
    central = await createTestCentral();
    const infra = TestInfraModule.with({ central, tenancy });
    const module = await Test.createTestingModule({ imports: [infra, QueueModule, ServicePlansModule] }).compile();
    app = await module.init();
    plans = app.get(ServicePlansService, { strict: false });
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    tenant = await tenancy.create();
  });
  afterEach(() => jest.restoreAllMocks());

  it('writes the group that other tools read, in the same transaction', async () => {
    const plan = await create();
    expect([typeof plan.id, plan.currency, plan.customers]).toEqual(['number', 'IDR', 0]);
    expect(await rows('SELECT groupname, attribute, op, value FROM radgroupreply')).toEqual([
      { groupname: `plan_${plan.id}`, attribute: 'Mikrotik-Rate-Limit', op: '=', value: '5M/10M' },
    ]);
    jest.spyOn(RadiusWriter.prototype, 'putGroup').mockRejectedValue(new Error('full'));
    await expect(create({ name: 'Other' })).rejects.toThrow('full');
    expect(await rows('SELECT name FROM service_plans')).toEqual([{ name: 'Home 10' }]);
  });

  it('brings new terms to everybody on it with as many statements for many as for one', async () => {
    const plan = await create();
    const other = await create({ name: 'Other' });
    await subscribe(other, ['someone-else']);
    const cost = async (download: number): Promise<number> => {
      const statements = watchStatements();
      await update(plan.id, { downloadBps: download, quotaBytes: 1e11 });
      const { length } = statements.sent();
      statements.stop();
      return length;
    };
    await subscribe(plan, ['one']);
    const forOne = await cost(20_000_000);
    await subscribe(
      plan,
      Array.from({ length: 20 }, (_, i) => `user${i}`),
    );
    expect(await cost(30_000_000)).toBe(forOne);
    expect(await rows("SELECT DISTINCT rate_limit, quota_bytes FROM raduser WHERE username <> 'someone-else'")).toEqual([
      { rate_limit: '5M/30M', quota_bytes: 1e11 },
    ]);
    expect(await rows("SELECT rate_limit FROM raduser WHERE username = 'someone-else'")).toEqual([{ rate_limit: '5M/10M' }]);
  });

  it('holds everybody to the rules that most plans leave alone, and takes them away again', async () => {
    const plan = await create();
    await subscribe(plan, ['budi']);
    const burst = { download_bps: 20e6, upload_bps: 10e6, threshold_download_bps: 8e6, threshold_upload_bps: 4e6, seconds: 16 };
    await update(plan.id, {
      burst,
      fupBytes: 5e10,
      fupDownloadBps: 1e6,
      fupUploadBps: 512_000,
      timeQuotaSeconds: 36_000,
      quotaWindow: 'day',
      sessionSeconds: 7_200,
      idleSeconds: 600,
      interimSeconds: 120,
      loginHours: 'Wk0800-1700,Sa',
      pool: 'rumah',
      ipv6Pool: 'rumah6',
      delegatedIpv6Pool: 'pd',
      addressList: 'aktif',
      deviceSlots: 3,
    });
    const enforced = () =>
      rows(
        'SELECT rate_limit, fup_bytes, fup_rate_limit, time_quota_s, quota_window, session_s, idle_s, interim_s, login_hours, pool, ipv6_pool, delegated_ipv6_pool, address_list, device_slots FROM raduser',
      );
    expect(await enforced()).toEqual([
      {
        rate_limit: '5M/10M 10M/20M 4M/8M 16/16',
        fup_bytes: 5e10,
        fup_rate_limit: '512k/1M',
        time_quota_s: 36_000,
        quota_window: 'day',
        session_s: 7_200,
        idle_s: 600,
        interim_s: 120,
        login_hours: 'Wk0800-1700,Sa',
        pool: 'rumah',
        ipv6_pool: 'rumah6',
        delegated_ipv6_pool: 'pd',
        address_list: 'aktif',
        device_slots: 3,
      },
    ]);
    expect((await tenant.run(() => plans.get(actor, plan.id))).burst).toEqual(burst);
    expect(await rows('SELECT offset_s FROM zone_offsets')).toEqual([{ offset_s: 25_200 }]);
    await update(plan.id, {
      burst: null,
      fupBytes: null,
      fupDownloadBps: null,
      fupUploadBps: null,
      loginHours: null,
      quotaWindow: 'total',
      deviceSlots: null,
    });
    expect(await enforced()).toMatchObject([
      { rate_limit: '5M/10M', fup_bytes: null, fup_rate_limit: null, login_hours: null, device_slots: null },
    ]);
  });

  it.each<[string, Partial<NewServicePlan>]>([
    ['burst', { burst: { download_bps: 1e6, upload_bps: 1e6, threshold_download_bps: 1e6, threshold_upload_bps: 1e6, seconds: 8 } }],
    ['fup_upload_bps', { fupBytes: 1, fupDownloadBps: 1e6 }],
    ['login_hours', { loginHours: 'mornings' }],
    ['pool', { pool: ' x' }],
  ])('refuses a rule that makes no sense: %s', async (field, rules) => {
    await expect(create(rules)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', fields: { [field]: [expect.anything()] } });
  });

  it('does not touch the RADIUS rows for a name or a price', async () => {
    const plan = await create();
    const put = jest.spyOn(RadiusWriter.prototype, 'putGroup');
    const renamed = await update(plan.id, { name: 'Home Ten', priceMinor: 1 });
    expect([renamed.name, renamed.priceMinor, renamed.downloadBps, put.mock.calls.length]).toEqual(['Home Ten', 1, 10_000_000, 0]);
    expect(await rows("SELECT after_values FROM activity_log WHERE action = 'service_plan.updated'")).toEqual([
      { after_values: { name: 'Home Ten', price_minor: 1 } },
    ]);
  });

  describe('with people online', () => {
    const connect = async (plan: ServicePlanView, usernames: string[]): Promise<void> => {
      await subscribe(plan, usernames);
      for (const username of usernames)
        await rows(
          `INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctupdatetime) VALUES (?, ?, ?, '2024-03-15 02:00', '2024-03-15 02:58')`,
          [username, username, username],
        );
    };
    const preview = (id: number, change: Partial<NewServicePlan>) => tenant.run(() => plans.preview(actor, id, change));
    const jobs = () => rows('SELECT job, payload FROM outbox ORDER BY id');

    it('says what a change would do before it is saved, and saves nothing', async () => {
      const plan = await create({ pool: 'rumah' });
      await connect(plan, ['one', 'two']);
      await subscribe(plan, ['offline']);
      await connect(await create({ name: 'Other' }), ['someone-else']);
      expect(await preview(plan.id, { downloadBps: 20_000_000 })).toEqual({ customers: 3, effect: 'change', sessions: 2 });
      expect(await preview(plan.id, { pool: null })).toEqual({ customers: 3, effect: 'disconnect', sessions: 2 });
      for (const harmless of [{ name: 'New' }, { priceMinor: 5 }, { sharedUsers: 4 }, { downloadBps: 10_000_000 }])
        expect(await preview(plan.id, harmless)).toEqual({ customers: 3, effect: 'nothing', sessions: 0 });
      await expect(preview(plan.id, { loginHours: 'mornings' })).rejects.toMatchObject({ fields: { login_hours: [expect.anything()] } });
      await expect(preview(999, {})).rejects.toMatchObject({ code: 'SERVICE_PLAN_NOT_FOUND' });
      expect([(await tenant.run(() => plans.get(actor, plan.id))).downloadBps, await jobs()]).toEqual([10_000_000, []]);
    });

    it('owes one job for any number of sessions, and none where there is nothing to tell', async () => {
      const plan = await create();
      const names = Array.from({ length: 40 }, (_, i) => `user${i}`);
      await connect(plan, names);
      await update(plan.id, { name: 'Renamed', sharedUsers: 2 });
      expect(await jobs()).toEqual([]);
      const statements = watchStatements();
      await update(plan.id, { downloadBps: 20_000_000 });
      expect(statements.sent().length).toBeLessThan(25);
      statements.stop();
      const [run] = await tenant.run(() => plans.refreshesOf(actor, plan.id));
      expect(run).toMatchObject({ needed: 'change', sessions: 40, changed: 0, requestedBy: 'spec', finishedAt: null });
      expect(await jobs()).toMatchObject([{ job: 'radius.refresh-plan', payload: { planRefreshId: run!.id } }]);
    });

    it('lets a later change take over what an earlier one had still to do', async () => {
      const plan = await create({ pool: 'rumah' });
      await connect(plan, ['one']);
      await update(plan.id, { pool: null });
      await update(plan.id, { downloadBps: 20_000_000 });
      const [later, earlier] = await tenant.run(() => plans.refreshesOf(actor, plan.id));
      expect([earlier!.finishedAt, later!.finishedAt, later!.needed]).toEqual([expect.any(Date), null, 'disconnect']);
    });
  });

  it('writes the whole grammar of a rate limit', async () => {
    const plan = await create({
      priority: 3,
      guaranteedDownloadBps: 2_000_000,
      guaranteedUploadBps: 1_000_000,
      fupBytes: 1e9,
      fupDownloadBps: 1e6,
      fupUploadBps: 512_000,
    });
    await subscribe(plan, ['budi']);
    const burst = {
      download_bps: 20e6,
      upload_bps: 10e6,
      threshold_download_bps: 8e6,
      threshold_upload_bps: 4e6,
      seconds: 16,
      seconds_upload: 8,
    };
    await update(plan.id, { burst });
    expect(await rows('SELECT rate_limit, fup_rate_limit FROM raduser')).toEqual([
      { rate_limit: '5M/10M 10M/20M 4M/8M 8/16 3 1M/2M', fup_rate_limit: '512k/1M 0/0 0/0 0/0 3' },
    ]);
    await expect(update(plan.id, { guaranteedUploadBps: null })).rejects.toMatchObject({
      fields: { guaranteed_upload_bps: [{ code: 'required' }] },
    });
    await expect(update(plan.id, { guaranteedDownloadBps: 11_000_000 })).rejects.toMatchObject({
      fields: { guaranteed_download_bps: [{ code: 'invalid' }] },
    });
  });

  it('cannot be deleted while somebody has it', async () => {
    const plan = await create();
    await subscribe(plan, ['budi']);
    await expect(tenant.run(() => plans.remove(actor, plan.id))).rejects.toMatchObject({
      code: 'SERVICE_PLAN_IN_USE',
      params: { customers: 1 },
    });
    await rows('DELETE FROM customers');
    await tenant.run(() => plans.remove(actor, plan.id));
    expect([await rows('SELECT 1 FROM radgroupreply'), await rows('SELECT 1 FROM service_plans')]).toEqual([[], []]);
    await expect(tenant.run(() => plans.get(actor, plan.id))).rejects.toMatchObject({ code: 'SERVICE_PLAN_NOT_FOUND' });
  });

  it('takes a name once, whatever its case, also on a change', async () => {
    await create();
    const other = await create({ name: 'Other' });
    for (const attempt of [create({ name: 'HOME 10' }), update(other.id, { name: 'home 10' })]) {
      await expect(attempt).rejects.toMatchObject({ code: 'SERVICE_PLAN_NAME_TAKEN', fields: { name: [{ code: 'taken' }] } });
    }
  });

  it('wants a whole validity or none', async () => {
    await expect(create({ validityValue: null })).rejects.toMatchObject({ fields: { validity_value: [{ code: 'required' }] } });
    await expect(create({ validityUnit: null })).rejects.toMatchObject({ fields: { validity_unit: [{ code: 'required' }] } });
    await expect(create({ validityValue: 121, validityUnit: 'months' })).rejects.toMatchObject({
      fields: { validity_value: [{ code: 'max' }] },
    });
    const plan = await create({ validityValue: null, validityUnit: null });
    await expect(update(plan.id, { validityUnit: 'days' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('sells the active ones, cheapest first', async () => {
    await create({ name: 'Dear', priceMinor: 50 });
    await create({ name: 'Cheap', priceMinor: 10 });
    await create({ name: 'Old', priceMinor: 5, active: false });
    expect((await tenant.run(() => plans.onSale(actor))).map(({ name }) => name)).toEqual(['Cheap', 'Dear']);
    const inactive = await tenant.run(() => plans.list(actor, { page: 1, perPage: 10, order: 'asc' }, { active: false }));
    expect(inactive.rows.map(({ name }) => name)).toEqual(['Old']);
  });
});

import crypto from 'node:crypto';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Actor, DomainError, systemActor } from '@jala/contracts';
import { QueueModule } from '@jala/infra/queue';
import { PlanLimits, type TenantDatabase } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  type TestInfra,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
  watchStatements,
} from '@jala/infra/testing';
import { FixedClock } from '@jala/kernel';
import { radiusEntities, RadiusWriter } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { servicePlansEntities, ServicePlansService, type ServicePlanView } from '@jala/tenant/service-plans';
import { CustomerDevicesService, customersEntities, CustomersModule, CustomersService, type NewCustomer } from './index';

let maximum: number | null = null;

class Limits extends PlanLimits {
  async maximum(): Promise<number | null> {
    return maximum;
  }
  async assertRoom(_limit: string, present: number): Promise<void> {
    if (maximum !== null && present + 1 > maximum) throw new DomainError('PLAN_LIMIT_REACHED');
  }
  async hasFeature(): Promise<boolean> {
    return false;
  }
}

@Global()
@Module({ providers: [{ provide: PlanLimits, useClass: Limits }], exports: [PlanLimits] })
class LimitsModule {}

/** The outbox writes in the background, so only what is read counts. */
const selects = (statements: ReturnType<typeof watchStatements>): number =>
  statements.sent().filter(([sql]) => /^SELECT/i.test(sql.trim())).length;

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };
const NOW = new Date('2026-01-31T03:00:00.000Z');

describe('customers in a real database', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let customers: CustomersService;
  let plans: ServicePlansService;
  let plan: ServicePlanView;
  let db: TenantDatabase;
  const clock = new FixedClock(NOW);

  const rows = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> => tenant.run(() => db.query<T[]>(sql, params));
  const counts = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const table of ['customers', 'raduser', 'radcheck', 'radusergroup', 'outbox', 'activity_log']) {
      found[table] = Number((await rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);
    }
    return found;
  };
  const input = (over: Partial<NewCustomer> = {}): NewCustomer => ({
    name: 'Budi Santoso',
    servicePlanId: plan.id,
    serviceType: 'pppoe',
    ...over,
  });
  const create = (over: Partial<NewCustomer> = {}): ReturnType<CustomersService['create']> =>
    tenant.run(() => customers.create(actor, input(over)));
  const newPlan = (name: string, over: object = {}): Promise<ServicePlanView> =>
    tenant.run(() =>
      plans.create(actor, {
        name,
        downloadBps: 10_000_000,
        uploadBps: 5_000_000,
        priceMinor: 15_000_000,
        validityValue: 1,
        validityUnit: 'months',
        quotaBytes: null,
        sharedUsers: 1,
        description: null,
        active: true,
        ...over,
      }),
    );

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: [...radiusEntities, ...customersEntities, ...servicePlansEntities] });
    const infra: TestInfra = { central, tenancy, clock };
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with(infra), QueueModule, LimitsModule, CustomersModule],
    }).compile();
    app = await module.init();
    customers = app.get(CustomersService, { strict: false });
    plans = app.get(ServicePlansService, { strict: false });
    db = tenancy.database;
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    maximum = null;
    clock.set(NOW);
    tenant = await tenancy.create();
    await rows("INSERT INTO settings (name, timezone, currency, locale) VALUES ('ISP', 'Asia/Jakarta', 'IDR', 'id')");
    plan = await newPlan('Home 10');
  });
  afterEach(() => jest.restoreAllMocks());

  it('writes the person and what FreeRADIUS reads together', async () => {
    const { customer, password } = await create({ username: 'budi', password: 'kopi-77', phone: '0812 3456 7890' });
    expect([password, customer.phone, customer.status, customer.expiresAt]).toEqual([
      'kopi-77',
      '+6281234567890',
      'active',
      new Date('2026-02-28T03:00:00.000Z'),
    ]);
    expect(await rows('SELECT username, status, expires_at, rate_limit, shared_users FROM raduser')).toEqual([
      { username: 'budi', status: 'active', expires_at: new Date('2026-02-28T03:00:00.000Z'), rate_limit: '5M/10M', shared_users: 1 },
    ]);
    expect(await rows('SELECT attribute, op, value FROM radcheck')).toEqual([
      { attribute: 'Cleartext-Password', op: ':=', value: 'kopi-77' },
    ]);
    expect(await rows('SELECT groupname FROM radusergroup')).toEqual([{ groupname: `plan_${plan.id}` }]);
    expect(JSON.stringify(await rows('SELECT * FROM activity_log'))).not.toContain('kopi-77');
  });

  it.each([
    ['the RADIUS rows cannot be written', () => jest.spyOn(RadiusWriter.prototype, 'putUser').mockRejectedValue(new Error('full'))],
    [
      'the activity cannot be recorded after everything else',
      () => jest.spyOn(ActivityLog.prototype, 'record').mockRejectedValue(new Error('full')),
    ],
  ])('writes nothing at all when %s', async (_, fail) => {
    const before = await counts();
    fail();
    await expect(create({ username: 'budi' })).rejects.toThrow('full');
    expect(await counts()).toEqual(before);
  });

  it('takes a username once, whatever its case', async () => {
    await create({ username: 'Budi' });
    await expect(create({ username: 'bUDI' })).rejects.toMatchObject({
      code: 'CUSTOMER_USERNAME_TAKEN',
      fields: { username: [{ code: 'taken' }] },
    });
    expect((await counts())['raduser']).toBe(1);
  });

  it('generates credentials that are not given, for many at the same moment too', async () => {
    const created = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(new Set(created.map(({ customer }) => customer.username)).size).toBe(20);
    for (const { customer, password } of created) {
      expect(customer.username).toMatch(/^budi-[a-z2-9]{4}$/);
      expect(password).toMatch(/^[a-z2-9]{8}$/);
    }
  });

  it('takes another generated name when the first is taken', async () => {
    await create({ username: 'budi-aaaa' });
    const random = jest.spyOn(crypto, 'randomInt') as jest.SpyInstance;
    random.mockImplementation(() => (random.mock.calls.length <= 12 ? 0 : 1));
    expect((await create()).customer.username).toBe('budi-bbbb');
  });

  it('says every field that is wrong at once', async () => {
    await expect(create({ username: 'two words', password: 'x', phone: 'none' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: { username: [{ code: 'characters' }], password: [{ code: 'too_short' }], phone: [{ code: 'phone' }] },
    });
    await expect(create({ servicePlanId: 999 })).rejects.toMatchObject({ fields: { service_plan_id: [{ code: 'not_found' }] } });
    await tenant.run(() => plans.update(actor, plan.id, { active: false }));
    await expect(create()).rejects.toMatchObject({ fields: { service_plan_id: [{ code: 'inactive' }] } });
  });

  it('holds the limit of the platform plan also against people who press the button together', async () => {
    maximum = 3;
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => create({ username: `user${i}` })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'PLAN_LIMIT_REACHED' });
    expect((await counts())['raduser']).toBe(3);
  });

  it('never leaves a customer on terms of a plan that has changed meanwhile', async () => {
    const work = [
      ...Array.from({ length: 6 }, (_, i) => create({ username: `user${i}` })),
      tenant.run(() => plans.update(actor, plan.id, { downloadBps: 20_000_000 })),
      ...Array.from({ length: 6 }, (_, i) => create({ username: `late${i}` })),
    ];
    await Promise.all(work);
    expect(await rows('SELECT DISTINCT rate_limit FROM raduser')).toEqual([{ rate_limit: '5M/20M' }]);
  });

  it('suspends, resumes, and refuses what does not follow', async () => {
    const { id } = (await create({ username: 'budi' })).customer;
    const suspended = await tenant.run(() => customers.suspend(actor, id, 'unpaid'));
    expect([suspended.status, suspended.suspendedReason]).toEqual(['suspended', 'unpaid']);
    expect(await rows('SELECT status FROM raduser')).toEqual([{ status: 'suspended' }]);
    expect(await rows('SELECT job, payload FROM outbox')).toEqual([
      {
        job: 'radius.disconnect-user',
        payload: { tenantId: tenant.context.id, username: 'budi', reason: 'suspended', askedAt: '2026-01-31T03:00:00.000Z' },
      },
    ]);
    await expect(tenant.run(() => customers.suspend(actor, id, null))).rejects.toMatchObject({ machine: 'customer', from: 'suspended' });
    const resumed = await tenant.run(() => customers.resume(actor, id));
    expect([resumed.status, resumed.suspendedReason]).toEqual(['active', null]);
    expect(await rows('SELECT status FROM raduser')).toEqual([{ status: 'active' }]);
    await expect(tenant.run(() => customers.resume(actor, id))).rejects.toMatchObject({ machine: 'customer' });
  });

  it('is expired from the instant on, found as such, and back after renewal without the days between', async () => {
    const { id } = (await create({ username: 'budi' })).customer;
    clock.set(new Date('2026-03-05T00:00:00.000Z'));
    const listed = await tenant.run(() => customers.list(actor, { page: 1, perPage: 10, order: 'asc' }, { status: 'expired' }));
    expect(listed.rows.map(({ username, status }) => [username, status])).toEqual([['budi', 'expired']]);
    expect((await tenant.run(() => customers.list(actor, { page: 1, perPage: 10, order: 'asc' }, { status: 'active' }))).total).toBe(0);
    await rows('UPDATE raduser SET used_bytes = 5000');
    const renewed = await tenant.run(() => customers.renew(actor, id));
    expect([renewed.status, renewed.expiresAt]).toEqual(['active', new Date('2026-04-05T00:00:00.000Z')]);
    expect(await rows('SELECT status, used_bytes, expires_at FROM raduser')).toEqual([
      { status: 'active', used_bytes: 0, expires_at: new Date('2026-04-05T00:00:00.000Z') },
    ]);
  });

  it('keeps a renewed customer suspended', async () => {
    const { id } = (await create({ username: 'budi' })).customer;
    await tenant.run(() => customers.suspend(actor, id, null));
    expect((await tenant.run(() => customers.renew(actor, id))).status).toBe('suspended');
    expect(await rows('SELECT status FROM raduser')).toEqual([{ status: 'suspended' }]);
  });

  it('moves to another plan with its terms, keeping the end that was paid for', async () => {
    const { customer } = await create({ username: 'budi' });
    const fast = await newPlan('Business 50', { downloadBps: 50_000_000, uploadBps: 20_000_000, quotaBytes: 1e12 });
    const moved = await tenant.run(() => customers.update(actor, customer.id, { servicePlanId: fast.id }));
    expect([moved.servicePlan, moved.expiresAt]).toEqual([{ id: fast.id, name: 'Business 50' }, customer.expiresAt]);
    expect(await rows('SELECT rate_limit, quota_bytes FROM raduser')).toEqual([{ rate_limit: '20M/50M', quota_bytes: 1e12 }]);
    expect(await rows('SELECT groupname FROM radusergroup')).toEqual([{ groupname: `plan_${fast.id}` }]);
    expect((await counts())['outbox']).toBe(1);
  });

  it('stays on a plan that is not sold any more, but nobody moves to it', async () => {
    const { customer } = await create({ username: 'budi' });
    const old = await newPlan('Old', { active: false });
    await tenant.run(() => plans.update(actor, plan.id, { active: false }));
    expect((await tenant.run(() => customers.update(actor, customer.id, { name: 'Budi S.', servicePlanId: plan.id }))).name).toBe(
      'Budi S.',
    );
    await expect(tenant.run(() => customers.update(actor, customer.id, { servicePlanId: old.id }))).rejects.toMatchObject({
      fields: { service_plan_id: [{ code: 'inactive' }] },
    });
  });

  it('takes its rows along under a new name, and refuses a name that is taken', async () => {
    const { customer } = await create({ username: 'budi' });
    await create({ username: 'siti' });
    await expect(tenant.run(() => customers.update(actor, customer.id, { username: 'SITI' }))).rejects.toMatchObject({
      code: 'CUSTOMER_USERNAME_TAKEN',
    });
    await tenant.run(() => customers.update(actor, customer.id, { username: 'budi.s' }));
    expect(await rows("SELECT username FROM radcheck WHERE username LIKE 'budi%'")).toEqual([{ username: 'budi.s' }]);
    expect((await rows<{ payload: object }>('SELECT payload FROM outbox'))[0]!.payload).toMatchObject({
      username: 'budi.s',
      knownAs: 'budi',
      reason: 'renamed',
    });
  });

  it('leaves untouched what a change does not mention', async () => {
    const { customer } = await create({ username: 'budi', email: 'budi@example.com', notes: 'gate code 7' });
    const changed = await tenant.run(() => customers.update(actor, customer.id, { notes: null, phone: undefined }));
    expect([changed.email, changed.notes, changed.expiresAt]).toEqual(['budi@example.com', null, customer.expiresAt]);
    expect((await counts())['outbox']).toBe(0);
  });

  it('remembers devices until staff releases one or writes them down', async () => {
    const { id } = (await create({ username: 'budi' })).customer;
    await tenant.run(() => plans.update(actor, plan.id, { deviceSlots: 2 }));
    const devices = app.get(CustomerDevicesService, { strict: false });
    const mac = (n: number) => `AA:BB:CC:00:00:0${n}`;
    const remembered = (...numbers: number[]) => ({
      slots: 2,
      devices: numbers.map((n) => ({ mac: mac(n), remembered: true, online: false, lastSeenAt: null })),
    });
    expect(await tenant.run(() => devices.list(actor, id))).toEqual(remembered());
    expect(await tenant.run(() => devices.replace(actor, id, ['aabbcc000001', mac(1), mac(2)]))).toEqual(remembered(1, 2));
    expect(await tenant.run(() => devices.release(actor, id, 'aa-bb-cc-00-00-01'))).toEqual(remembered(2));
    expect(await tenant.run(() => devices.release(actor, id, mac(1)))).toEqual(remembered(2));
    for (const [wrong, code] of [
      [['x'], 'mac'],
      [[mac(1), mac(2), mac(3)], 'max'],
    ] as const)
      await expect(tenant.run(() => devices.replace(actor, id, wrong))).rejects.toMatchObject({ fields: { devices: [{ code }] } });
    await expect(tenant.run(() => devices.list(actor, 4711))).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    expect(await rows("SELECT action FROM activity_log WHERE action LIKE 'customer.device%' ORDER BY id LIMIT 2")).toEqual([
      { action: 'customer.devices_changed' },
      { action: 'customer.device_released' },
    ]);
  });

  it('shows which devices are online and ends the sessions of one that is released, of no other', async () => {
    const { id } = (await create({ username: 'budi', deviceSlots: 0 })).customer;
    const devices = app.get(CustomerDevicesService, { strict: false });
    const macs = ['AA:BB:CC:00:00:01', 'AA:BB:CC:00:00:02', 'AA:BB:CC:00:00:03'];
    await tenant.run(() => devices.replace(actor, id, macs.slice(0, 2)));
    for (const [index, mac] of [...macs, 'not-a-device'].entries())
      await rows(
        'INSERT INTO radacct (acctsessionid, acctuniqueid, username, callingstationid, acctstarttime, acctupdatetime, acctstoptime) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [`s${index}`, `s${index}`, 'budi', mac, NOW, NOW, index === 1 ? NOW : null],
      );
    expect(await tenant.run(() => devices.list(actor, id))).toEqual({
      slots: 0,
      devices: macs.map((mac, index) => ({ mac, remembered: index < 2, online: index !== 1, lastSeenAt: NOW })),
    });
    await tenant.run(() => devices.release(actor, id, macs[1]!));
    // Not remembered: there is nothing to release.
    await tenant.run(() => devices.release(actor, id, macs[2]!));
    expect(await rows('SELECT job FROM outbox')).toEqual([]);
    await tenant.run(() => devices.release(actor, id, macs[0]!));
    const [session] = await rows<{ radacctid: number }>("SELECT radacctid FROM radacct WHERE acctsessionid = 's0'");
    expect(await rows('SELECT job, payload FROM outbox')).toEqual([
      {
        job: 'radius.disconnect-session',
        payload: { tenantId: tenant.context.id, sessionId: Number(session!.radacctid), requestedBy: actor.name, reason: 'device-released' },
      },
    ]);
  });

  describe('what is fixed for one customer', () => {
    const fixed = (username: string) =>
      rows('SELECT framed_ip, framed_ipv6_prefix, delegated_ipv6_prefix, mac_auth, device_slots FROM raduser WHERE username = ?', [
        username,
      ]);
    const update = (id: number, change: Parameters<CustomersService['update']>[2]) => tenant.run(() => customers.update(actor, id, change));

    it('is told to FreeRADIUS and to tools that read the stock tables, and taken away again', async () => {
      const { customer } = await create({
        username: 'budi',
        framedIp: ' 10.0.0.7',
        framedIpv6Prefix: '2001:DB8:1:2::/64',
        delegatedIpv6Prefix: '2001:db8:1:200::/56',
        deviceSlots: 3,
      });
      const terms = { framed_ip: '10.0.0.7', framed_ipv6_prefix: '2001:db8:1:2::/64', delegated_ipv6_prefix: '2001:db8:1:200::/56' };
      expect(await fixed('budi')).toEqual([{ ...terms, mac_auth: 0, device_slots: 3 }]);
      expect(await rows('SELECT attribute, value FROM radreply ORDER BY id')).toEqual([
        { attribute: 'Framed-IP-Address', value: '10.0.0.7' },
        { attribute: 'Framed-IPv6-Prefix', value: '2001:db8:1:2::/64' },
        { attribute: 'Delegated-IPv6-Prefix', value: '2001:db8:1:200::/56' },
      ]);
      const changed = await update(customer.id, { framedIp: null, framedIpv6Prefix: null, delegatedIpv6Prefix: null, deviceSlots: null });
      expect([changed.framedIp, changed.deviceSlots]).toEqual([null, null]);
      expect(await rows('SELECT attribute FROM radreply')).toEqual([]);
      // Only a new login gets other addresses.
      expect(await rows('SELECT payload FROM outbox')).toMatchObject([{ payload: { username: 'budi', reason: 'service-changed' } }]);
    });

    it('stays when the plan changes, and when the customer moves to another', async () => {
      const { customer } = await create({ username: 'budi', deviceSlots: 3 });
      await create({ username: 'siti' });
      const slots = () => rows('SELECT username, device_slots FROM raduser ORDER BY username');
      await tenant.run(() => plans.update(actor, plan.id, { deviceSlots: 1 }));
      expect(await slots()).toEqual([
        { username: 'budi', device_slots: 3 },
        { username: 'siti', device_slots: 1 },
      ]);
      await update(customer.id, { deviceSlots: 0 });
      expect((await slots())[0]).toEqual({ username: 'budi', device_slots: 0 });
      await update(customer.id, { deviceSlots: null });
      expect((await slots())[0]).toEqual({ username: 'budi', device_slots: 1 });
    });

    it('gives an address to one customer only', async () => {
      await create({ username: 'budi', framedIp: '10.0.0.7' });
      await expect(create({ username: 'siti', framedIp: '10.0.0.7' })).rejects.toMatchObject({
        code: 'CUSTOMER_ADDRESS_TAKEN',
        fields: { framed_ip: [{ code: 'taken' }] },
      });
      const { customer } = await create({ username: 'siti', delegatedIpv6Prefix: '2001:db8::/56' });
      await expect(update(customer.id, { framedIp: '10.0.0.7' })).rejects.toMatchObject({ code: 'CUSTOMER_ADDRESS_TAKEN' });
      expect(await fixed('siti')).toMatchObject([{ framed_ip: null }]);
    });

    it('refuses what no router could use, all of it at once', async () => {
      await expect(create({ framedIp: '10.0.0.300', framedIpv6Prefix: '2001:db8::1/64', delegatedIpv6Prefix: 'x' })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: {
          framed_ip: [{ code: 'host_address' }],
          framed_ipv6_prefix: [{ code: 'ipv6_prefix' }],
          delegated_ipv6_prefix: [{ code: 'ipv6_prefix' }],
        },
      });
    });

    it('lets a device in by its address at a hotspot, under that address', async () => {
      const { customer } = await create({ username: 'aabb.cc00.0001', serviceType: 'hotspot', macAuth: true });
      expect(customer.username).toBe('AA:BB:CC:00:00:01');
      expect(await fixed(customer.username)).toMatchObject([{ mac_auth: 1 }]);
      for (const [change, field] of [
        [{ username: 'budi' }, 'username'],
        [{ serviceType: 'pppoe' }, 'mac_auth'],
      ] as const)
        await expect(update(customer.id, change)).rejects.toMatchObject({ fields: { [field]: [expect.anything()] } });
      await update(customer.id, { macAuth: false, username: 'budi' });
      expect(await fixed('budi')).toMatchObject([{ mac_auth: 0 }]);
    });
  });

  it('forgets who is deleted but not what was used', async () => {
    const { customer } = await create({ username: 'budi' });
    await rows(
      "INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime) VALUES ('81', 'a', 'budi', NOW(), NOW(), NOW())",
    );
    await tenant.run(() => customers.remove(actor, customer.id));
    const left = await counts();
    expect([left['customers'], left['raduser'], left['radcheck'], left['radusergroup']]).toEqual([0, 0, 0, 0]);
    expect(await rows('SELECT username FROM radacct')).toEqual([{ username: 'budi' }]);
    await expect(tenant.run(() => customers.get(actor, customer.id))).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
  });

  it('resets the password without a trace of it in the log', async () => {
    const { customer } = await create({ username: 'budi', password: 'old-one-1' });
    const password = await tenant.run(() => customers.resetPassword(actor, customer.id, undefined));
    expect(await rows('SELECT value FROM radcheck')).toEqual([{ value: password }]);
    expect(JSON.stringify(await rows('SELECT * FROM activity_log'))).not.toContain(password);
  });

  it('lists any number of customers, online or not, with the same few statements', async () => {
    for (let i = 0; i < 30; i += 1) await create({ username: `user${String(i).padStart(2, '0')}` });
    await rows(
      "INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctupdatetime) VALUES ('81', 'a', 'USER03', ?, ?)",
      [NOW, NOW],
    );
    await rows("INSERT INTO radpostauth (username, reply, authdate) VALUES ('user03', 'Access-Accept', ?)", [NOW]);
    const statements = watchStatements();
    const page = await tenant.run(() => customers.list(actor, { page: 1, perPage: 25, order: 'asc', sort: 'username' }, {}));
    expect(selects(statements)).toBeLessThanOrEqual(5);
    expect([page.total, page.rows.length]).toEqual([30, 25]);
    expect(page.rows.filter(({ online }) => online).map(({ username, lastLoginAt }) => [username, lastLoginAt])).toEqual([['user03', NOW]]);
  });

  it('has an order of its own where somebody asks for one that there is not', async () => {
    for (const name of ['Bayu', 'Agus']) await create({ username: name.toLowerCase(), name });
    for (const sort of ['nothing', 'constructor', '__proto__']) {
      const page = await tenant.run(() => customers.list(actor, { page: 1, perPage: 10, order: 'asc', sort }, {}));
      expect(page.rows.map(({ name }) => name)).toEqual(['Agus', 'Bayu']);
    }
  });

  it('searches what people type literally', async () => {
    await create({ username: 'a_b', name: 'Under Score' });
    await create({ username: 'axb', name: 'No Score' });
    const find = async (search: string): Promise<string[]> =>
      (await tenant.run(() => customers.list(actor, { page: 1, perPage: 10, order: 'asc', search }, {}))).rows.map(
        ({ username }) => username,
      );
    expect(await find('a_b')).toEqual(['a_b']);
    expect(await find('%')).toEqual([]);
    expect(await find('score')).toEqual(['axb', 'a_b']);
  });
});

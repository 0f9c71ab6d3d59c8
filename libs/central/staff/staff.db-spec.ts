import { Test, type TestingModule } from '@nestjs/testing';
import { FixedClock } from '@jala/kernel';
import { type Actor, PLATFORM_ROLE_PERMISSIONS, type PlatformRole, systemActor } from '@jala/contracts';
import { ActivityLog, CentralActivityModule } from '@jala/central/activity';
import { type Account, IdentityModule } from '@jala/infra/identity';
import { MailModule } from '@jala/infra/mail';
import { QueueModule } from '@jala/infra/queue';
import { createTestCentral, createTestTenancy, type TestCentral, type TestTenancy, TestInfraModule } from '@jala/infra/testing';
import { PlatformAccountsModule, PlatformAccountStore, PlatformStaffModule, PlatformStaffService } from '.';

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );

describe('the people who run the platform', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let testing: TestingModule;
  let staff: PlatformStaffService;
  const clock = new FixedClock(new Date('2026-03-15T03:00:00.000Z'));
  let number = 0;

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy();
    testing = await Test.createTestingModule({
      imports: [
        TestInfraModule.with({ central, tenancy, clock }),
        QueueModule,
        MailModule,
        // The platform's store stands in for a tenant's, which these tests never ask.
        IdentityModule.forRoot({ imports: [PlatformAccountsModule], platform: PlatformAccountStore, tenant: PlatformAccountStore }),
        PlatformStaffModule,
        CentralActivityModule,
      ],
    }).compile();
    await testing.init();
    staff = testing.get(PlatformStaffService);
  });
  afterAll(async () => {
    await testing.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    for (const table of ['platform_users', 'activity_log', 'outbox']) await central.database.query(`DELETE FROM ${table}`);
  });

  const create = (role: PlatformRole, by: Actor = systemActor('test')): Promise<Account> =>
    staff.create(by, { name: `Person ${++number}`, email: `person${number}@example.net`, role, password: 'tambak-udang-77' });
  const as = (account: Account): Actor => ({
    kind: 'platform',
    id: account.id,
    name: account.name,
    role: account.role,
    permissions: new Set(PLATFORM_ROLE_PERMISSIONS[account.role as PlatformRole]),
  });

  it('give no role that may do more than they', async () => {
    const admin = as(await create('platform_admin'));
    expect(await failure(create('platform_admin', admin))).toBe('no error');
    for (const role of ['super_admin', 'platform_support', 'platform_cashier', 'platform_technician'] as const) {
      expect(await failure(create(role, admin))).toBe('GRANT_EXCEEDS_OWN');
    }
    const root = await create('super_admin');
    expect(await failure(staff.update(admin, root.id, { password: 'a-new-password-1' }))).toBe('GRANT_EXCEEDS_OWN');
    expect(await failure(staff.remove(admin, root.id))).toBe('GRANT_EXCEEDS_OWN');
  });

  it('are never without an active super admin', async () => {
    const root = await create('super_admin');
    const second = await create('super_admin');
    await staff.remove(as(root), second.id);
    expect(await failure(staff.update(systemActor('test'), root.id, { active: false }))).toBe('LAST_OWNER');
    expect(await failure(staff.update(systemActor('test'), root.id, { role: 'platform_admin' }))).toBe('LAST_OWNER');
  });

  it('never change their own address without their password', async () => {
    const root = await create('super_admin');
    expect(await failure(staff.update(as(root), root.id, { email: 'mine@example.net' }))).toBe('CANNOT_CHANGE_SELF');
    expect((await staff.update(as(root), root.id, { name: 'Renamed', email: root.email })).email).toBe(root.email);
  });

  it('begin with one first account, created once', async () => {
    const first = { name: 'Root', email: 'root@example.net', password: 'tambak-udang-77' };
    expect(await staff.ensureFirstAdmin(first)).toBe(true);
    expect(await staff.ensureFirstAdmin({ ...first, email: 'another@example.net' })).toBe(false);
    const { rows } = await staff.list({}, { page: 1, perPage: 25, order: 'asc' });
    expect(rows.map(({ email, role }) => [email, role])).toEqual([['root@example.net', 'super_admin']]);
  });

  it('are found by name, address, role and activity, page by page', async () => {
    const root = await create('super_admin');
    for (let n = 0; n < 5; n++) await create('platform_support');
    const off = await create('platform_support');
    await staff.update(as(root), off.id, { active: false, name: '50% Support_er' });
    const list = async (filter: object, more: object = {}): Promise<[number, number]> => {
      const page = await staff.list(filter, { page: 1, perPage: 3, order: 'asc', ...more });
      return [page.rows.length, page.total];
    };
    expect(await list({ role: 'platform_support' })).toEqual([3, 6]);
    expect(await list({ role: 'platform_support' }, { page: 2 })).toEqual([3, 6]);
    expect(await list({ active: false })).toEqual([1, 1]);
    expect(await list({}, { search: '50%' })).toEqual([1, 1]);
    expect(await list({}, { search: 'support_er' })).toEqual([1, 1]);
    expect(await list({}, { search: 'p_rson' })).toEqual([0, 0]);
    expect(await list({}, { search: root.email })).toEqual([1, 1]);
    const newest = await staff.list({}, { page: 1, perPage: 1, order: 'desc', sort: 'email; DROP TABLE platform_users' });
    expect(newest.total).toBe(7);
  });

  it('can look up who did what', async () => {
    const root = await create('super_admin');
    const support = await create('platform_support', as(root));
    clock.advance(60_000);
    await staff.update(as(root), support.id, { name: 'Renamed' });
    const activity = testing.get(ActivityLog);
    const page = { page: 1, perPage: 25, order: 'desc' } as const;
    const actions = async (filter: object, more: object = {}): Promise<string[]> =>
      (await activity.list(filter, { ...page, ...more })).rows.map(({ action }) => action);
    expect(await actions({ actor: root.name })).toEqual(['staff.updated', 'staff.created']);
    expect(await actions({ action: 'staff.updated' })).toEqual(['staff.updated']);
    expect(await actions({ action: 'staff' })).toHaveLength(3);
    expect(await actions({ action: 'sta' })).toEqual([]);
    expect(await actions({ from: clock.now() })).toEqual(['staff.updated']);
    expect(await actions({ to: clock.now() })).toEqual(['staff.created', 'staff.created']);
    expect(await actions({ subjectType: 'platform_user', subjectId: root.id })).toEqual(['staff.created']);
    expect(await actions({}, { search: 'Renamed' })).toEqual(['staff.updated']);
    const [entry] = (await activity.list({ action: 'staff.updated' }, page)).rows;
    expect(entry).toMatchObject({ actorName: root.name, before: { name: support.name }, after: { name: 'Renamed' }, at: clock.now() });
  });

  it('leave no trace of what was rolled back', async () => {
    const root = as(await create('super_admin'));
    await central.database
      .transaction(async () => {
        await staff.create(root, { name: 'X', email: 'x@example.net', role: 'platform_support' });
        throw new Error('something else failed');
      })
      .catch(() => undefined);
    const rows = await central.database.query('SELECT 1 FROM activity_log WHERE actor_name = ? UNION SELECT 1 FROM outbox', [root.name]);
    expect(rows).toEqual([]);
  });
});

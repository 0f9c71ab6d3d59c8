import { Test, type TestingModule } from '@nestjs/testing';
import { FixedClock } from '@jala/kernel';
import { type Actor, type Permission, systemActor, TENANT_PERMISSIONS, TENANT_ROLE_PERMISSIONS, type TenantRole } from '@jala/contracts';
import { IdentityModule, LoginService, SessionsService, type Account, type Login } from '@jala/infra/identity';
import { MailModule } from '@jala/infra/mail';
import { QueueModule } from '@jala/infra/queue';
import { TenantDatabase } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  type TestTenancy,
  type TestTenant,
  TestInfraModule,
} from '@jala/infra/testing';
import { RolesService, TenantAccountsModule, TenantAccountStore, TenantStaffModule, TenantStaffService } from '.';

const PASSWORD = 'tambak-udang-77';
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );
const page = { page: 1, perPage: 25, order: 'asc' } as const;

describe('the staff of a tenant', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let testing: TestingModule;
  let staff: TenantStaffService;
  let roles: RolesService;
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
        // The tenant's store stands in for the platform's, which these tests never ask.
        IdentityModule.forRoot({ imports: [TenantAccountsModule], platform: TenantAccountStore, tenant: TenantAccountStore }),
        TenantStaffModule,
      ],
    }).compile();
    await testing.init();
    staff = testing.get(TenantStaffService);
    roles = testing.get(RolesService);
  });
  afterAll(async () => {
    await testing.close();
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    tenant = await tenancy.create();
  });

  const inTenant = (test: () => Promise<void>) => (): Promise<void> => tenant.run(test);
  const query = <T>(sql: string, params: unknown[] = []): Promise<T> => testing.get(TenantDatabase).query<T>(sql, params);
  const create = (role: TenantRole, by: Actor = systemActor('test')): Promise<Account> =>
    staff.create(by, { name: `Person ${++number}`, email: `person${number}@example.net`, role, password: PASSWORD });
  const as = async (account: Account): Promise<Actor> => ({
    kind: 'tenant',
    id: account.id,
    name: account.name,
    role: account.role,
    permissions: await testing.get(TenantAccountStore).permissionsOf(account.role),
    ip: '203.0.113.9',
  });
  const login = (account: Account, password = PASSWORD): Promise<Login> =>
    testing.get(LoginService).login({ email: account.email, password }, { ip: '203.0.113.9', userAgent: null, requestId: 'test' });
  const permissionsNow = async (session: Login): Promise<ReadonlySet<Permission>> => {
    const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1]!, 'base64url').toString()) as never;
    return (await testing.get(SessionsService).resolve(claims, { ip: '203.0.113.9', requestId: 'test' })).actor.permissions;
  };

  describe('is managed', () => {
    it(
      'by an admin, within what an admin may do',
      inTenant(async () => {
        const admin = await as(await create('admin'));
        for (const role of ['admin', 'technician', 'cashier', 'reseller'] as const) expect((await create(role, admin)).role).toBe(role);
        expect(await failure(create('owner', admin))).toBe('GRANT_EXCEEDS_OWN');
      }),
    );

    it(
      'by nobody beyond their own powers: an admin cannot lay hands on the owner',
      inTenant(async () => {
        const owner = await create('owner');
        const admin = await as(await create('admin'));
        expect(await failure(staff.update(admin, owner.id, { password: 'a-new-password-1' }))).toBe('GRANT_EXCEEDS_OWN');
        expect(await failure(staff.update(admin, owner.id, { email: 'mine@example.net' }))).toBe('GRANT_EXCEEDS_OWN');
        expect(await failure(staff.remove(admin, owner.id))).toBe('GRANT_EXCEEDS_OWN');
        expect(await failure(staff.resetTwoFactor(admin, owner.id))).toBe('GRANT_EXCEEDS_OWN');
        expect(await failure(staff.sendLink(admin, owner.id))).toBe('GRANT_EXCEEDS_OWN');
        expect(await failure(login(owner))).toBe('no error');
      }),
    );

    it(
      'by a technician who was allowed to manage staff: still only what a technician has',
      inTenant(async () => {
        const owner = await as(await create('owner'));
        await roles.shape(owner, 'technician', [...TENANT_ROLE_PERMISSIONS.technician, 'staff.manage']);
        const technician = await as(await create('technician'));
        expect(technician.permissions.has('staff.view')).toBe(true);
        expect(await failure(create('technician', technician))).toBe('no error');
        for (const role of ['owner', 'admin', 'cashier'] as const)
          expect(await failure(create(role, technician))).toBe('GRANT_EXCEEDS_OWN');
      }),
    );

    it(
      'never one’s own role, activity, address or existence',
      inTenant(async () => {
        const account = await create('owner');
        await create('owner');
        const owner = await as(account);
        expect(await failure(staff.update(owner, account.id, { role: 'admin' }))).toBe('CANNOT_CHANGE_SELF');
        expect(await failure(staff.update(owner, account.id, { active: false }))).toBe('CANNOT_CHANGE_SELF');
        expect(await failure(staff.update(owner, account.id, { password: 'a-new-password-1' }))).toBe('CANNOT_CHANGE_SELF');
        // A stolen token must not lead the link for a new password elsewhere.
        expect(await failure(staff.update(owner, account.id, { email: 'mine@example.net' }))).toBe('CANNOT_CHANGE_SELF');
        expect(await failure(staff.remove(owner, account.id))).toBe('CANNOT_CHANGE_SELF');
        expect((await staff.update(owner, account.id, { name: 'Renamed', role: 'owner', email: account.email.toUpperCase() })).name).toBe(
          'Renamed',
        );
      }),
    );

    it(
      'but never without an owner',
      inTenant(async () => {
        const first = await create('owner');
        const second = await create('owner');
        await staff.update(await as(first), second.id, { active: false });
        expect(await failure(staff.remove(systemActor('test'), first.id))).toBe('LAST_OWNER');
        expect(await failure(staff.update(systemActor('test'), first.id, { role: 'admin' }))).toBe('LAST_OWNER');
        expect(await failure(staff.update(systemActor('test'), first.id, { active: false }))).toBe('LAST_OWNER');
        await staff.remove(await as(first), second.id);
      }),
    );

    it(
      'also when two owners remove each other at the same moment',
      inTenant(async () => {
        const [first, second] = [await create('owner'), await create('owner')];
        const outcomes = await Promise.all([
          failure(staff.remove(await as(first), second.id)),
          failure(staff.remove(await as(second), first.id)),
        ]);
        expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(1);
        expect((await staff.list({ role: 'owner', active: true }, page)).total).toBe(1);
      }),
    );

    it(
      'with one account for an address',
      inTenant(async () => {
        const first = await create('cashier');
        const taken = staff.create(systemActor('test'), { name: 'X', email: first.email.toUpperCase(), role: 'cashier' });
        expect(await failure(taken)).toBe('STAFF_EMAIL_TAKEN');
        const second = await create('cashier');
        expect(await failure(staff.update(systemActor('test'), second.id, { email: first.email }))).toBe('STAFF_EMAIL_TAKEN');
        expect(await failure(staff.create(systemActor('test'), { name: 'X', email: 'x@example.net', role: 'super_admin' }))).toBe(
          'ROLE_NOT_FOUND',
        );
        expect(
          await failure(staff.create(systemActor('test'), { name: 'X', email: 'x@example.net', role: 'cashier', password: 'short' })),
        ).toBe('VALIDATION_FAILED');
      }),
    );
  });

  it(
    'is invited by mail when no password was chosen for them',
    inTenant(async () => {
      const account = await staff.create(systemActor('test'), { name: 'Dewi', email: 'dewi@example.net', role: 'cashier' });
      expect(account.passwordHash).toBeNull();
      const [row] = await query<{ payload: object }[]>('SELECT payload FROM outbox');
      expect(row?.payload).toMatchObject({
        template: 'invitation',
        locale: 'id',
        params: { name: 'Dewi', brand: `ISP ${tenant.context.slug}` },
      });
    }),
  );

  it(
    'loses its sessions when switched off or given a new password',
    inTenant(async () => {
      const owner = await as(await create('owner'));
      const cashier = await create('cashier');
      const first = await login(cashier);
      await staff.update(owner, cashier.id, { active: false });
      expect(await failure(permissionsNow(first))).toBe('UNAUTHENTICATED');
      await staff.update(owner, cashier.id, { active: true, password: 'a-new-password-1' });
      const second = await login(cashier, 'a-new-password-1');
      await staff.update(owner, cashier.id, { password: 'a-newer-password-2' });
      expect(await failure(permissionsNow(second))).toBe('UNAUTHENTICATED');
      await staff.remove(owner, cashier.id);
      expect(await failure(login(cashier, 'a-newer-password-2'))).toBe('INVALID_CREDENTIALS');
      expect(await query('SELECT id FROM refresh_tokens WHERE account_id = ?', [cashier.id])).toEqual([]);
    }),
  );

  it(
    'is unlocked by a colleague',
    inTenant(async () => {
      const owner = await as(await create('owner'));
      const cashier = await create('cashier');
      for (let n = 0; n < 5; n++) await failure(login(cashier, 'wrong-password'));
      expect(await failure(login(cashier))).toBe('ACCOUNT_LOCKED');
      await staff.unlock(owner, cashier.id);
      expect(await failure(login(cashier))).toBe('no error');
    }),
  );

  it(
    'warns the old address when the address changes',
    inTenant(async () => {
      const owner = await as(await create('owner'));
      const cashier = await create('cashier');
      await staff.update(owner, cashier.id, { email: 'new@example.net' });
      const rows = await query<{ payload: object }[]>('SELECT payload FROM outbox ORDER BY id');
      expect(rows.map(({ payload }) => payload)).toMatchObject([{ to: cashier.email, params: { event: 'email-changed' } }]);
    }),
  );

  it(
    'leaves a trace of every change, without a password in it',
    inTenant(async () => {
      const owner = await as(await create('owner'));
      const cashier = await create('cashier', owner);
      await staff.update(owner, cashier.id, { role: 'technician', password: 'a-new-password-1' });
      await staff.remove(owner, cashier.id);
      const log = await query<{ action: string; before_values: object | null; after_values: object | null; ip: string }[]>(
        'SELECT action, before_values, after_values, ip FROM activity_log WHERE subject_id = ? AND actor_id = ? ORDER BY id',
        [cashier.id, owner.id],
      );
      expect(log.map(({ action }) => action)).toEqual(['staff.created', 'staff.updated', 'staff.password_set', 'staff.removed']);
      expect(log[1]).toMatchObject({ before_values: { role: 'cashier' }, after_values: { role: 'technician' }, ip: '203.0.113.9' });
      expect(JSON.stringify(log)).not.toMatch(/a-new-password|argon2/);
    }),
  );

  it(
    'writes nothing when the change is refused',
    inTenant(async () => {
      const admin = await as(await create('admin'));
      const owner = await create('owner');
      const before = await query('SELECT COUNT(*) AS n FROM activity_log');
      await failure(staff.update(admin, owner.id, { name: 'Nobody' }));
      expect(await query('SELECT COUNT(*) AS n FROM activity_log')).toEqual(before);
    }),
  );

  describe('has roles', () => {
    it(
      'that are those of the product until the owner changes them',
      inTenant(async () => {
        const { roles: listed, permissions } = await roles.list();
        expect(listed.map(({ role, editable }) => [role, editable])).toEqual([
          ['owner', false],
          ['admin', true],
          ['technician', true],
          ['cashier', true],
          ['reseller', true],
        ]);
        for (const { role, permissions: has } of listed)
          expect([...has].sort()).toEqual([...TENANT_ROLE_PERMISSIONS[role as TenantRole]].sort());
        expect(permissions).toEqual(TENANT_PERMISSIONS);
      }),
    );

    it(
      'that the owner changes with effect on the next request',
      inTenant(async () => {
        const owner = await as(await create('owner'));
        const session = await login(await create('reseller'));
        expect((await permissionsNow(session)).has('customers.view')).toBe(false);
        await roles.shape(owner, 'reseller', ['dashboard.view', 'customers.manage']);
        expect([...(await permissionsNow(session))].sort()).toEqual(['customers.manage', 'customers.view', 'dashboard.view']);
        await roles.shape(owner, 'reseller', []);
        expect((await permissionsNow(session)).size).toBe(0);
      }),
    );

    it(
      'that nobody but the owner changes, and the owner’s own nobody',
      inTenant(async () => {
        const owner = await as(await create('owner'));
        const admin = await as(await create('admin'));
        expect(await failure(roles.shape(admin, 'cashier', ['dashboard.view']))).toBe('FORBIDDEN');
        expect(await failure(roles.shape(owner, 'owner', ['dashboard.view']))).toBe('ROLE_NOT_EDITABLE');
        expect(await failure(roles.shape(owner, 'super_admin', ['dashboard.view']))).toBe('ROLE_NOT_FOUND');
      }),
    );

    it(
      'that cannot be given what the owner does not have',
      inTenant(async () => {
        const owner = await as(await create('owner'));
        const lesser: Actor = {
          ...owner,
          permissions: new Set([...owner.permissions].filter((permission) => permission !== 'settings.manage')),
        };
        expect(await failure(roles.shape(lesser, 'admin', ['settings.manage']))).toBe('GRANT_EXCEEDS_OWN');
        expect((await roles.shape(owner, 'admin', ['tenants.manage'])).permissions).toEqual([]);
      }),
    );

    it(
      'that are one tenant’s own',
      inTenant(async () => {
        await roles.shape(await as(await create('owner')), 'cashier', ['dashboard.view']);
        const elsewhere = await tenancy.create();
        const there = await elsewhere.run(() => testing.get(TenantAccountStore).permissionsOf('cashier'));
        expect(there.has('customers.view')).toBe(true);
      }),
    );
  });

  it(
    'begins with the owner, whom provisioning may ensure twice',
    inTenant(async () => {
      const owner = { name: 'Ahmad', email: 'Ahmad@Example.net', locale: 'id', passwordHash: null };
      await staff.ensureOwner(owner);
      await staff.ensureOwner({ ...owner, name: 'Somebody else' });
      const listed = await staff.list({}, page);
      expect(listed.rows.map(({ name, email, role }) => [name, email, role])).toEqual([['Ahmad', 'ahmad@example.net', 'owner']]);
      const token = await staff.inviteOwner('ahmad@example.net');
      expect(await staff.inviteOwner('ahmad@example.net')).not.toBe(token);
      expect(await query("SELECT id FROM password_resets WHERE used_at IS NULL AND purpose = 'invite'")).toHaveLength(1);
    }),
  );
});

import { createTestCentral, createTestTenancy, type TestCentral, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { TenantDirectory, TenantIterator } from '@jala/infra/tenancy';
import { FixedClock } from '@jala/kernel';
import { radiusEntities, RouterCounters, type RouterCounts, RouterSignatures } from '@jala/radius';
import { RouterRegistryRepository } from './router-registry.repository';
import { RouterWatchRepository } from './router-watch.repository';
import { RouterWatchService } from './router-watch.service';

const START = new Date('2026-05-10T12:00:00.000Z');
const NONE: RouterCounts = { wrongSecret: 0, malformed: 0 };

describe('what is seen of registered routers', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let counts: Record<string, RouterCounts>;
  let watch: RouterWatchService;
  let clock: FixedClock;
  let repository: RouterWatchRepository;

  const query = <T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]> => central.database.query<T[]>(sql, params);
  const troubles = async () =>
    Object.fromEntries(
      (
        await query<{ name: string; w: Date | null; u: Date | null }>(
          'SELECT name, wrong_secret_at AS w, unsigned_refused_at AS u FROM router_registry',
        )
      ).map(({ name, w, u }) => [name, [w, u]]),
    );
  const register = (routerId: number, name: string, over: { required?: boolean; published?: Date; enabled?: boolean } = {}) =>
    query(
      `INSERT INTO router_registry (tenant_id, router_id, name, address, secret_enc, require_message_authenticator, published_at, enabled)
       VALUES (?, ?, ?, ?, 'x', ?, ?, ?)`,
      [
        tenant.context.id,
        routerId,
        name,
        `192.0.2.${routerId}`,
        over.required ?? false,
        over.published ?? new Date(0),
        over.enabled ?? true,
      ],
    );
  const login = (routerId: number, signed: number | null, second: number, reason = '') =>
    tenant.run(() =>
      tenancy.database.query(
        "INSERT INTO radpostauth (username, reply, authdate, router_id, message_authenticator, reason) VALUES ('budi', 'Access-Accept', ?, ?, ?, ?)",
        [new Date(START.getTime() + second * 1_000), routerId, signed, reason],
      ),
    );

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy({ entities: radiusEntities });
    tenant = await tenancy.create();
    await query("INSERT INTO db_hosts (name, host, admin_user, admin_password_enc) VALUES ('default', 'localhost', 'x', 'x')");
    await query(
      "INSERT INTO tenants (id, slug, name, status, db_name, owner_name, owner_email) VALUES (?, 'isp', 'ISP', 'ready', 't_isp', 'O', 'o@example.com')",
      [tenant.context.id],
    );
    repository = new RouterWatchRepository(central.database);
  });
  afterAll(async () => {
    await tenancy.drop();
    await central.drop();
  });
  beforeEach(async () => {
    await query('DELETE FROM router_registry');
    counts = {};
    clock = new FixedClock(START);
    const counters = { read: async (addresses: readonly string[]) => Promise.resolve(addresses.map((address) => counts[address] ?? NONE)) };
    const page: TenantDirectory['page'] = async ({ afterId }) =>
      Promise.resolve(afterId === 0 ? [{ ...tenant.context, name: 'ISP', status: 'ready' }] : []);
    watch = new RouterWatchService(
      repository,
      counters as RouterCounters,
      new RouterSignatures(tenancy.database),
      new TenantIterator({ page } as TenantDirectory),
      clock,
    );
  });

  it('is noted when a counter grows, not when it was there before', async () => {
    await register(1, 'old');
    await register(2, 'new', { published: new Date(START.getTime() + 60_000) });
    counts = { '192.0.2.1': { wrongSecret: 5, malformed: 0 }, '192.0.2.2': { wrongSecret: 1, malformed: 0 } };
    await watch.lookAtCounters();
    expect(await troubles()).toEqual({ old: [null, null], new: [START, null] });

    const later = new Date(START.getTime() + 30_000);
    clock.set(later);
    counts['192.0.2.1'] = { wrongSecret: 6, malformed: 0 };
    await watch.lookAtCounters();
    await watch.lookAtCounters();
    expect(await troubles()).toEqual({ old: [later, null], new: [START, null] });

    // FreeRADIUS began anew, and the router still has the other secret.
    clock.set(new Date(later.getTime() + 30_000));
    counts = { '192.0.2.1': { wrongSecret: 2, malformed: 0 }, '192.0.2.2': NONE };
    await watch.lookAtCounters();
    expect(await troubles()).toEqual({ old: [clock.now(), null], new: [START, null] });
  });

  it('takes what is malformed for unsigned only where signatures are required', async () => {
    await register(1, 'strict', { required: true, published: START });
    await register(2, 'lenient', { published: START });
    await register(3, 'off', { required: true, published: START, enabled: false });
    for (const n of [1, 2, 3]) counts[`192.0.2.${n}`] = { wrongSecret: 0, malformed: 3 };
    await watch.lookAtCounters();
    expect(await troubles()).toEqual({ strict: [null, START], lenient: [null, null], off: [null, null] });
    const ids = (await query<{ id: number }>('SELECT id FROM router_registry')).map(({ id }) => Number(id));
    expect([...(await repository.troubles(tenant.context.id, ids)).values()]).toContainEqual({
      wrongSecretAt: null,
      unsignedRefusedAt: START,
    });
    expect(await repository.troubles(tenant.context.id + 1, ids)).toEqual(new Map());
  });

  it('judges each router by its latest logins, and lists the weak ones', async () => {
    for (const [id, name] of [
      [1, 'signs'],
      [2, 'unsigned'],
      [3, 'partly'],
      [4, 'eap only'],
      [5, 'silent'],
    ] as const)
      await register(id, name);
    await register(6, 'required', { required: true });
    for (let n = 0; n < 30; n++) {
      // Updated after its first ten logins: those do not count any more.
      await login(1, n < 10 ? 0 : 1, n);
      await login(2, 0, n, n === 29 ? 'unreadable password (wrong RADIUS secret on the router?)' : '');
      await login(3, n % 2, n);
      await login(4, null, n);
      await login(6, 1, n);
    }
    const report = await watch.judgeSignatures();
    expect(report).toMatchObject({ succeeded: 1, failures: [] });
    const registry = new RouterRegistryRepository(central.database);
    const list = async (concern?: 'weak' | 'wrong_secret') =>
      (await registry.list({ page: 1, perPage: 25, order: 'asc', concern })).rows.map(({ name, signature }) => [name, signature]);
    const weak = [
      ['signs', 'signs'],
      ['unsigned', 'unsigned'],
      ['partly', 'partly'],
      ['eap only', null],
      ['silent', null],
    ];
    expect(await list()).toEqual([...weak, ['required', 'signs']]);
    expect(await list('weak')).toEqual(weak);
    expect(await list('wrong_secret')).toEqual([]);
    const found = await tenant.run(() => new RouterSignatures(tenancy.database).of([2, 5]));
    expect([...found]).toEqual([[2, { signature: 'unsigned', unreadableAt: new Date(START.getTime() + 29_000) }]]);
  });

  it('judges the routers of a tenant by its own logins, whoever else has a router with the same number', async () => {
    const [other, gone] = [await tenancy.create(), await tenancy.create()];
    await query(
      `INSERT INTO tenants (id, slug, name, status, db_name, owner_name, owner_email) VALUES
         (?, 'other', 'Other', 'ready', 't_other', 'O', 'o@example.com'), (?, 'gone', 'Gone', 'archived', 't_gone', 'O', 'o@example.com')`,
      [other.context.id, gone.context.id],
    );
    tenancy.tenants.setStatus(gone.context.id, 'archived');
    // Each of its own kind: whatever were read in another's database, or written to another's row, would show.
    for (const [of, signed] of [
      [tenant, 1],
      [other, 0],
      [gone, 0],
    ] as const) {
      for (const routerId of [41, 42]) {
        await query('INSERT INTO router_registry (tenant_id, router_id, name, address, secret_enc) VALUES (?, ?, ?, ?, ?)', [
          of.context.id,
          routerId,
          'twin',
          `198.51.100.${of.context.id * 10 + routerId}`,
          'x',
        ]);
      }
      await of.run(() =>
        tenancy.database.query(
          "INSERT INTO radpostauth (username, reply, authdate, router_id, message_authenticator) VALUES ('budi', 'Access-Accept', ?, 41, ?)",
          [START, signed],
        ),
      );
    }
    const judging = new RouterWatchService(
      repository,
      { read: async () => Promise.resolve([]) } as unknown as RouterCounters,
      new RouterSignatures(tenancy.database),
      new TenantIterator(tenancy.tenants),
      clock,
    );
    expect(await judging.judgeSignatures()).toMatchObject({ succeeded: 2, failures: [] });
    const judged = await query<{ tenant: number; router: number; signature: string | null }>(
      "SELECT tenant_id AS tenant, router_id AS router, signature FROM router_registry WHERE name = 'twin' ORDER BY tenant_id, router_id",
    );
    expect(judged.map(({ tenant: id, router, signature }) => [Number(id), Number(router), signature])).toEqual([
      [tenant.context.id, 41, 'signs'],
      [tenant.context.id, 42, null],
      [other.context.id, 41, 'unsigned'],
      [other.context.id, 42, null],
      [gone.context.id, 41, null],
      [gone.context.id, 42, null],
    ]);
  });
});

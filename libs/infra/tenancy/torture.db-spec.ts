import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2';
import { withConnection } from '@jala/infra/central-db';
import type { HostPoolMetrics } from './pool/tenant-pools';
import { TenantScope } from './tenant-scope';
import { TortureServer } from './torture/database-server';
import { applyLoad, type LoadResult } from './torture/torture-load';
import { TorturePlace, type TortureTenant } from './torture/torture-place';

/**
 * Tenants under load while everything goes wrong. After every variant the databases themselves are searched, as root: no row of
 * another tenant, none of a rolled-back transaction, every acknowledged commit there exactly once, every transaction whole.
 */
describe('tenants stay apart', () => {
  const POOL = { max: 12, perTenantMax: 6, acquireTimeoutMs: 5_000, leakGraceMs: 150, sweepMs: 50, pingAfterMs: 2_000 };
  let plain: TortureServer;
  let secured: TortureServer;
  let place: TorturePlace;
  let logged: jest.SpyInstance;

  beforeAll(async () => {
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    [plain, secured] = await Promise.all([TortureServer.start(), TortureServer.start({ tls: true })]);
    place = await TorturePlace.create(
      new Map([
        ['plain', plain.root],
        ['secured', secured.root],
      ]),
      25,
      POOL,
    );
  }, 60_000);

  afterAll(async () => {
    await place.end();
    await Promise.all([plain.end(), secured.end()]);
    logged.mockRestore();
  });

  const nothingStuck = async () => {
    for (let tries = 0; tries < 100 && place.pools.metrics().some(({ inUse }) => inUse > 0); tries++) await sleep(20);
    for (const metrics of place.pools.metrics()) expect(metrics).toMatchObject({ inUse: 0, waiting: 0 });
  };

  const expectApart = async (result: LoadResult) => {
    expect(result.foreign).toBe(0);
    await nothingStuck();
    for (const [tag, found] of await place.inspect()) {
      expect({ tag, misplaced: found.misplaced, rolledBack: found.rolledBack, halves: found.halves }).toEqual({
        tag,
        misplaced: 0,
        rolledBack: 0,
        halves: 0,
      });
      expect({ tag, lost: (result.committed.get(tag) ?? []).filter((op) => !found.ops.has(op)) }).toEqual({ tag, lost: [] });
    }
  };

  const errorsOf = (result: LoadResult, host: string) => Object.fromEntries(result.errors.get(host) ?? []);
  const expectNoErrors = (result: LoadResult) => expect({ ...errorsOf(result, 'plain'), ...errorsOf(result, 'secured') }).toEqual({});
  const sum = (key: keyof HostPoolMetrics) => place.pools.metrics().reduce((total, metrics) => total + Number(metrics[key]), 0);
  const tenantsOn = (host: string) => place.tenants.filter((tenant) => tenant.host === host);
  /** For a while, and on a busy machine until there has been enough of it. */
  const trouble = async (fn: (turn: number) => Promise<unknown>, isEnough: () => boolean = () => true) => {
    const start = Date.now();
    for (let turn = 0; Date.now() < start + 2_500 || (!isEnough() && Date.now() < start + 15_000); turn++) await fn(turn);
  };
  const some = (tenants: readonly TortureTenant[], turn: number) => tenants[(turn * 7) % tenants.length]!;

  it('in plain operation, on two servers, one of them over TLS only', async () => {
    const counters = async () => new Map([...(await place.inspect())].map(([tag, { counted }]) => [tag, counted]));
    const before = await counters();
    const result = await applyLoad(place, 'calm', { until: sleep(3_000), minOps: 300 });
    expectNoErrors(result);
    await expectApart(result);
    for (const [tag, counted] of await counters()) expect(counted - (before.get(tag) ?? 0)).toBe(result.counted.get(tag) ?? 0);
    expect(sum('open')).toBeLessThanOrEqual(2 * POOL.max);
  });

  it('and the secured server is reached over TLS, verified against its own authority', async () => {
    const [tenant] = tenantsOn('secured');
    const [status] = await TenantScope.run(tenant!, () => place.database.query<{ Value: string }[]>("SHOW STATUS LIKE 'Ssl_cipher'"));
    expect(status?.Value).toMatch(/TLS|GCM|CHACHA/);
    const target = await place.targetOf(tenant!);
    await expect(withConnection({ ...target, tlsCa: undefined }, async () => undefined)).rejects.toThrow(/insecure transport|denied/i);
    await expect(withConnection({ ...target, tlsCa: secured.strangerCa }, async () => undefined)).rejects.toThrow(
      /certificate|verify|signature|issuer/i,
    );
  });

  it('when connections are killed in the middle of transactions', async () => {
    let kills = 0;
    const killing = trouble(
      async (turn) => {
        await withConnection(place.server(turn % 2 === 0 ? 'plain' : 'secured'), async (connection) => {
          const [busy] = await connection.query<RowDataPacket[]>(
            "SELECT id FROM information_schema.processlist WHERE user LIKE 't\\_torture%'",
          );
          for (const { id } of busy.slice(turn % 3, (turn % 3) + 3)) {
            await connection.query(`KILL ${Number(id)}`).then(
              () => kills++,
              () => undefined,
            );
          }
        });
      },
      () => kills > 20,
    );
    const result = await applyLoad(place, 'killed', { until: killing });
    expect(kills).toBeGreaterThan(20);
    for (const host of ['plain', 'secured']) {
      const { CONNECTION_LOST = 0, DATABASE_UNAVAILABLE = 0, ...others } = errorsOf(result, host);
      expect(others).toEqual({});
      expect(CONNECTION_LOST + DATABASE_UNAVAILABLE).toBeLessThanOrEqual(2 * kills);
    }
    await expectApart(result);
  });

  it.each(['kill', 'stop'] as const)('when a database server goes away and comes back under load (%s)', async (way) => {
    let servedMeanwhile = 0;
    const served = () => place.pools.metrics().reduce((total, { reused, switched, opened }) => total + reused + switched + opened, 0);
    const restarting = (async () => {
      await sleep(500);
      await plain.tell(way);
      const before = served();
      await trouble(
        async () => {
          await sleep(50);
          servedMeanwhile = served() - before;
        },
        () => servedMeanwhile > 10,
      );
      await plain.tell('start');
      await sleep(800);
    })();
    const result = await applyLoad(place, `restart-${way}`, { until: restarting });
    const { CONNECTION_LOST = 0, DATABASE_UNAVAILABLE = 0, ...others } = errorsOf(result, 'plain');
    expect(CONNECTION_LOST + DATABASE_UNAVAILABLE).toBeGreaterThan(0);
    expect(others).toEqual({});
    // Tenants on the other server noticed nothing, except those who visited a tenant on the one that was down.
    expect(
      Object.keys(errorsOf(result, 'secured')).filter((kind) => kind !== 'CONNECTION_LOST' && kind !== 'DATABASE_UNAVAILABLE'),
    ).toEqual([]);
    expect(servedMeanwhile).toBeGreaterThan(10);
    const after = await applyLoad(place, `after-${way}`, { until: sleep(300), minOps: 50 });
    expectNoErrors(after);
    await expectApart(result);
    await expectApart(after);
  });

  it('when code forgets to give connections back in the middle of transactions', async () => {
    const leaksBefore = sum('leaks');
    const result = await applyLoad(place, 'leaking', {
      until: trouble(
        () => sleep(50),
        () => sum('leaks') - leaksBefore > 5,
      ),
      leaksPerMille: 15,
    });
    expectNoErrors(result);
    await sleep(POOL.leakGraceMs + 4 * POOL.sweepMs);
    expect(sum('leaks') - leaksBefore).toBeGreaterThan(5);
    await expectApart(result);
  });

  it('when tenants are suspended and resumed while in use', async () => {
    const finished: [TortureTenant, string][] = [];
    const suspending = trouble(
      async (turn) => {
        const tenant = some(place.tenants, turn);
        // A name of its own: the load counts its own as single-suspended-1, -2 …
        const op = `running-while-suspended-${turn}`;
        // What runs already goes on to its end.
        const running = TenantScope.run(tenant, () =>
          place.database.transaction(async () => {
            await place.database.query('INSERT INTO ledger (op, owner) VALUES (?, ?)', [op, tenant.tag]);
            await sleep(20);
          }),
        );
        place.directory.setStatus(tenant.id, 'suspended');
        await Promise.all([running, sleep(25)]);
        finished.push([tenant, op]);
        place.directory.setStatus(tenant.id, 'ready');
      },
      () => finished.length > 10,
    );
    const result = await applyLoad(place, 'suspended', { until: suspending });
    expect(result.refused).toBeGreaterThan(0);
    expectNoErrors(result);
    for (const [{ tag }, op] of finished) result.committed.set(tag, [...(result.committed.get(tag) ?? []), op]);
    await expectApart(result);
  });

  it('when passwords are changed while in use', async () => {
    let rotations = 0;
    const rotating = trouble(
      async (turn) => {
        await rotate(some(place.tenants, turn), `fresh-${turn}`);
        rotations++;
        await sleep(40);
      },
      () => rotations > 5,
    );
    const result = await applyLoad(place, 'rotated', { until: rotating });
    expect(rotations).toBeGreaterThan(5);
    expectNoErrors(result);
    await expectApart(result);
  });

  /** Both passwords are good while the new one spreads; then the old one is not. */
  const rotate = async (tenant: TortureTenant, password: string) => {
    const target = await place.targetOf(tenant);
    const using = (secret: string) => `mysql_native_password USING PASSWORD('${secret}')`;
    await place.asRoot(tenant.host, `ALTER USER ${target.user}@'%' IDENTIFIED VIA ${using(target.password)} OR ${using(password)}`);
    place.directory.set(tenant, { ...target, password });
    await place.asRoot(tenant.host, `ALTER USER ${target.user}@'%' IDENTIFIED VIA ${using(password)}`);
  };
});

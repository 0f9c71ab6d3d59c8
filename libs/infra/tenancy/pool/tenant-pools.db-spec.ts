import { Logger } from '@nestjs/common';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from '@jala/infra/central-db';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { openScope, TenantScope } from '../tenant-scope';
import type { TenantLease } from './tenant-lease';

const POOL = { max: 4, perTenantMax: 2, acquireTimeoutMs: 300, leakGraceMs: 100, quietLimitMs: 700, sweepMs: 20, idleCloseMs: 60_000 };

describe('the pool of tenant connections', () => {
  let tenancy: TestTenancy;
  let one: TestTenant;
  let two: TestTenant;
  let three: TestTenant;
  let logged: jest.SpyInstance;
  const db = () => tenancy.database;
  const lease = (): Promise<TenantLease> => tenancy.pools.lease(openScope()!);
  const rowsOf = async (connection: TenantLease, sql: string) => (await connection.promise().query(sql))[0] as Record<string, unknown>[];
  const metrics = () => tenancy.pools.metrics()[0]!;
  const asRoot = async (sql: string, params: unknown[] = []) =>
    withConnection(await rootOfTestServer(), (connection) => connection.query(sql, params));

  beforeEach(async () => {
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    tenancy = await createTestTenancy({ pool: POOL });
    [one, two, three] = [
      await tenancy.create({ migrate: false }),
      await tenancy.create({ migrate: false }),
      await tenancy.create({ migrate: false }),
    ];
    for (const tenant of [one, two, three]) {
      await tenant.run(() => db().query('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(40))'));
    }
  });
  afterEach(async () => {
    await tenancy.drop();
    logged.mockRestore();
  });

  describe('sharing', () => {
    it('gives one tenant no more than its share and another one its turn at once', async () => {
      const slow = one.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.25)'))));
      const queued = one.run(() => Promise.all([1, 2].map(() => db().query('SELECT 1'))));
      await sleep(20);
      const started = performance.now();
      await two.run(() => db().query('SELECT 1'));
      expect(performance.now() - started).toBeLessThan(100);
      expect(metrics()).toMatchObject({ inUse: 2, waiting: 2 });
      await Promise.all([slow, queued]);
    });

    it('lets tenants take turns: a single request does not stand behind the many of a busy neighbour', async () => {
      const order: string[] = [];
      const ask = (tenant: TestTenant, name: string) => tenant.run(() => db().query('SELECT SLEEP(0.02)')).then(() => order.push(name));
      const busy = [one, two].flatMap((tenant) => Array.from({ length: 8 }, () => ask(tenant, 'busy')));
      await sleep(5);
      await Promise.all([ask(three, 'quiet'), ...busy]);
      expect(order.indexOf('quiet')).toBeLessThan(10);
    });

    it('says that it is busy when a wait becomes too long', async () => {
      const slow = one.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.6)'))));
      await expect(one.run(() => db().query('SELECT 1'))).rejects.toMatchObject({ code: 'BUSY' });
      await slow;
      await expect(one.run(() => db().query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
      expect(metrics()).toMatchObject({ timeouts: 1, waiting: 0, inUse: 0 });
    });

    it('prefers a connection that is on the tenant already', async () => {
      for (let round = 0; round < 5; round++) for (const tenant of [one, two]) await tenant.run(() => db().query('SELECT 1'));
      const { switched, opened } = metrics();
      expect(opened + switched).toBeLessThanOrEqual(4);
      expect(metrics().reused).toBeGreaterThanOrEqual(9);
    });
  });

  it('gives the connection that was used last, so that those beyond need are closed', async () => {
    const idOf = async (statement: Promise<unknown>) => ((await statement) as { id: number }[])[0]!.id;
    const [first, second] = ['SELECT CONNECTION_ID() AS id', 'SELECT CONNECTION_ID() AS id, SLEEP(0.05)'];
    const [, last] = await one.run(() => Promise.all([first, second].map((sql) => idOf(db().query(sql)))));
    await one.run(async () => {
      for (let round = 0; round < 3; round++) expect(await idOf(db().query(first))).toBe(last);
    });
  });

  it('lets nobody overtake those who wait', async () => {
    const order: string[] = [];
    const ask = (name: string, sql = 'SELECT 1') => one.run(() => db().query(sql)).then(() => order.push(name));
    const waiting = ask('slow', 'SELECT SLEEP(0.05)').then(() => ask('late'));
    await Promise.all([waiting, ask('slow', 'SELECT SLEEP(0.05)'), ...Array.from({ length: 6 }, () => ask('early'))]);
    // At the end it and the last of the others are at work at the same time.
    expect(order.indexOf('late')).toBeGreaterThanOrEqual(order.length - 2);
  });

  describe('a connection that comes back', () => {
    it('out of an open transaction is rolled back before anybody else gets it', async () => {
      await one.run(async () => {
        const first = await lease();
        await first.promise().query('START TRANSACTION');
        await first.promise().query("INSERT INTO t (v) VALUES ('uncommitted')");
        first.release();
        expect(await db().query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: 0 }]);
        expect(await db().query('SELECT @@in_transaction AS open')).toEqual([{ open: 0 }]);
      });
    });

    it.each([
      ['a variable', 'SET @secret = 7', 'SELECT @secret AS left_over'],
      ['a variable set in passing', 'SELECT @secret := 7', 'SELECT @secret AS left_over'],
      ['a setting', "SET time_zone = '+05:00'", "SELECT NULLIF(@@time_zone, '+00:00') AS left_over"],
      ['a temporary table', 'CREATE TEMPORARY TABLE t2 (id INT)', "SELECT 'gone' AS left_over FROM t2"],
      ['a lock', "SELECT GET_LOCK(CONCAT(DATABASE(), 'x'), 0)", "SELECT IS_USED_LOCK(CONCAT(DATABASE(), 'x')) AS left_over"],
      ['autocommit switched off', 'SET autocommit = 0', 'SELECT NULLIF(@@autocommit, 1) AS left_over'],
      [
        'another current database',
        'USE information_schema',
        "SELECT NULLIF(DATABASE(), 'information_schema') IS NULL OR NULL AS left_over",
      ],
    ])('leaves %s behind for nobody', async (_what, sql, question) => {
      await one.run(async () => {
        const first = await lease();
        const id = await rowsOf(first, 'SELECT CONNECTION_ID() AS id');
        await first.promise().query(sql);
        first.release();
        const second = await onlyConnection(id);
        const answer = await rowsOf(second, question).catch((error: unknown) => (error as { code: string }).code);
        second.release();
        expect(answer).toEqual(question.includes('t2') ? 'ER_NO_SUCH_TABLE' : [{ left_over: null }]);
      });
    });

    /** Takes connections of this tenant until it has the one that is meant. */
    const onlyConnection = async (id: unknown): Promise<TenantLease> => {
      const [a, b] = [await lease(), await lease()];
      const isMeant = JSON.stringify(await rowsOf(a, 'SELECT CONNECTION_ID() AS id')) === JSON.stringify(id);
      const [meant, other] = isMeant ? [a, b] : [b, a];
      expect(await rowsOf(meant, 'SELECT CONNECTION_ID() AS id')).toEqual(id);
      other.release();
      return meant;
    };

    it('with a query still running is closed', async () => {
      await one.run(async () => {
        const first = await lease();
        const running = first
          .promise()
          .query('SELECT SLEEP(0.2)')
          .catch((error: unknown) => error);
        first.release();
        expect(await running).toBeInstanceOf(Error);
        expect(tenancy.pools.metrics()[0]).toMatchObject({ leaks: 0 });
      });
      await sleep(50);
      expect(metrics().inUse).toBe(0);
    });

    it('cannot be reached by whoever had it', async () => {
      await one.run(async () => {
        const first = await lease();
        first.release();
        await expect(first.promise().query('SELECT 1')).rejects.toThrow('given back already');
      });
    });
  });

  describe('the border between tenants', () => {
    it('refuses a query over a connection of another scope', async () => {
      const held = await one.run(() => lease());
      await expect(two.run(() => held.promise().query('SELECT 1'))).rejects.toThrow('was used in the scope of');
      await expect(held.promise().query('SELECT 1')).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
      held.release();
    });

    it('is held by the database as well: an account reaches only its own', async () => {
      await expect(one.run(() => db().query(`SELECT * FROM ${two.context.db}.t`))).rejects.toThrow(/denied/);
      await expect(one.run(() => db().query(`USE ${two.context.db}`))).rejects.toThrow(/denied/);
    });

    it('refuses credentials that lead to another database', async () => {
      const { context } = await tenancy.create({ migrate: false });
      tenancy.tenants.set(context, two.target);
      await expect(TenantScope.run(context, () => db().query('SELECT 1'))).rejects.toThrow('are for another database');
    });

    it('keeps a transaction of one tenant out of a scope of another inside it', async () => {
      const outer = one.run(() =>
        db().transaction(async () => {
          await db().query("INSERT INTO t (v) VALUES ('one')");
          await two.run(async () => {
            expect(db().inTransaction()).toBe(false);
            await db().query("INSERT INTO t (v) VALUES ('two')");
            await one.run(async () => expect(await db().query('SELECT v FROM t')).toEqual([{ v: 'one' }]));
          });
          throw new Error('rolled back');
        }),
      );
      await expect(outer).rejects.toThrow('rolled back');
      await one.run(async () => expect(await db().query('SELECT v FROM t')).toEqual([]));
      await two.run(async () => expect(await db().query('SELECT v FROM t')).toEqual([{ v: 'two' }]));
    });

    it('has no prepared statements', async () => {
      await one.run(async () => {
        const held = await lease();
        expect(() => held.execute()).toThrow('Prepared statements');
        held.release();
      });
    });
  });

  describe('connections that were forgotten', () => {
    it('are taken back when their scope has ended', async () => {
      const forgotten = await one.run(async () => {
        const held = await lease();
        await held.promise().query('START TRANSACTION');
        await held.promise().query("INSERT INTO t (v) VALUES ('never committed')");
        return held;
      });
      await sleep(250);
      expect(metrics()).toMatchObject({ leaks: 1, inUse: 0 });
      expect(logged).toHaveBeenCalledWith(expect.objectContaining({ tenant: one.context.slug }), expect.stringContaining('forgotten'));
      await expect(one.run(() => forgotten.promise().query('COMMIT'))).rejects.toThrow('taken away');
      await one.run(async () => expect(await db().query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: 0 }]));
    });

    it('are taken back from a scope that goes on and on, but not while they work', async () => {
      await one.run(async () => {
        await lease();
        const working = await lease();
        const result = working.promise().query('SELECT SLEEP(1)');
        await sleep(900);
        expect(metrics()).toMatchObject({ leaks: 1, inUse: 1 });
        await result;
        working.release();
      });
    });

    it('do not starve the others', async () => {
      await one.run(() => Promise.all([lease(), lease()]));
      await two.run(() => Promise.all([lease(), lease()]));
      await expect(three.run(() => db().query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
    });
  });

  describe('connections that died', () => {
    it('while idle are not given out', async () => {
      await one.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.01)'))));
      await killAll(one);
      await expect(one.run(() => db().query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
    });

    it('in the middle of a transaction fail it and leave nothing of it', async () => {
      const broken = one.run(() =>
        db().transaction(async () => {
          await db().query("INSERT INTO t (v) VALUES ('half')");
          await killAll(one);
          await db().query("INSERT INTO t (v) VALUES ('other half')");
        }),
      );
      await expect(broken).rejects.toThrow();
      await one.run(async () => expect(await db().query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: 0 }]));
      expect(metrics().inUse).toBe(0);
    });

    it('without anybody noticing are found by a ping', async () => {
      const { server, freeze, stop } = await proxyTo(one.target.port);
      const port = (server.address() as { port: number }).port;
      const slow = await createTestTenancy({ pool: { ...POOL, pingAfterMs: 0 } });
      slow.tenants.set(one.context, { ...one.target, port });
      await TenantScope.run(one.context, () => slow.database.query('SELECT 1'));
      freeze();
      await sleep(5);
      await expect(TenantScope.run(one.context, () => slow.database.query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
      expect(slow.pools.metrics()[0]).toMatchObject({ opened: 2, open: 1 });
      await slow.drop();
      stop();
    });

    const killAll = async (tenant: TestTenant) => {
      const [processes] = await asRoot('SELECT id FROM information_schema.processlist WHERE user = ?', [tenant.target.user]);
      for (const { id } of processes as unknown as { id: number }[]) await asRoot(`KILL ${id}`).catch(() => undefined);
      await sleep(20);
    };
  });

  it('closes what nobody has used for a while', async () => {
    const brief = await createTestTenancy({ pool: { ...POOL, idleCloseMs: 50 } });
    brief.tenants.set(one.context, one.target);
    await TenantScope.run(one.context, () => brief.database.query('SELECT 1'));
    expect(brief.pools.metrics()[0]).toMatchObject({ open: 1 });
    await sleep(150);
    expect(brief.pools.metrics()[0]).toMatchObject({ open: 0, idle: 0 });
    await brief.drop();
  });

  it('follows a password that was changed, with nobody noticing', async () => {
    await one.run(() => db().query('SELECT 1'));
    await asRoot("ALTER USER ?@'%' IDENTIFIED BY 'rotated'", [one.target.user]);
    tenancy.tenants.set(one.context, { ...one.target, password: 'rotated' });
    // Running and idle connections go on; new ones are refused with the old password and learn the new one.
    await one.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.02)'))));
    await asRoot("ALTER USER ?@'%' IDENTIFIED BY 'unknown'", [one.target.user]);
    tenancy.database.forgetCredentials(one.context.id);
    await two.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.02)'))));
    await three.run(() => Promise.all([1, 2].map(() => db().query('SELECT SLEEP(0.02)'))));
    await expect(one.run(() => db().query('SELECT 1'))).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      params: { reason: 'account_refused' },
    });
  });

  it('is unavailable, not hanging, while the server is away', async () => {
    tenancy.tenants.set(one.context, { ...one.target, port: 1 });
    tenancy.database.forgetCredentials(one.context.id);
    await expect(one.run(() => db().query('SELECT 1'))).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('ends gracefully: running work finishes, newcomers are refused', async () => {
    const running = one.run(() => db().query<{ done: number }[]>('SELECT SLEEP(0.2) AS done'));
    await sleep(50);
    const ending = tenancy.pools.end();
    await expect(two.run(() => db().query('SELECT 1'))).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect(running).resolves.toEqual([{ done: 0 }]);
    await ending;
    expect(metrics()).toMatchObject({ open: 0 });
  });
});

/** Passes everything on until it is frozen; then what is connected hangs without being closed, as behind a dead router. */
async function proxyTo(port: number): Promise<{ server: Server; freeze: () => void; stop: () => void }> {
  const pairs: [Socket, Socket][] = [];
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    pairs.push([client, upstream]);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    freeze: () => {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        upstream.destroy();
      }
    },
    stop: () => {
      for (const socket of pairs.flat()) socket.destroy();
      server.close();
    },
  };
}

import { type DatabaseServer, withConnection } from '@jala/infra/central-db';
import { type PoolOptions, type TenantContext, TenantDatabase, TenantPools, TenantScope } from '@jala/infra/tenancy';
import { TestTenants } from '@jala/infra/testing';
import { heading, judge, note } from './verdicts';

const STEPS = [10, 100, 1_000];
const WORKERS = 32;
const REQUESTS = 6_000;
const POOL: Partial<PoolOptions> = { max: 20, perTenantMax: 8, acquireTimeoutMs: 60_000 };
const MEMORY_LIMIT = 1.25;
const MEBIBYTE = 1_048_576;

interface Reading {
  readonly heap: number;
  readonly open: number;
  readonly perSecond: number;
}

/** The same load on 10, 100 and 1,000 tenants with databases and accounts of their own: memory and connections must not follow. */
export async function benchScale(root: DatabaseServer): Promise<void> {
  heading('The same load on more and more tenants');
  const tenants = new TestTenants();
  const contexts = await createTenants(root, tenants, STEPS.at(-1) ?? 0);
  const pools = new TenantPools(tenants, POOL);
  const database = await TenantDatabase.open(pools, []);
  const readings: Reading[] = [];
  // Once before it counts, so that what code and drivers keep for themselves is there already.
  await load(database, contexts.slice(0, STEPS[0]));
  for (const count of STEPS) {
    const seconds = await load(database, contexts.slice(0, count));
    const reading = {
      heap: heapAfterCollection(),
      open: pools.metrics().reduce((sum, { open }) => sum + open, 0),
      perSecond: REQUESTS / seconds,
    };
    readings.push(reading);
    note(
      `${String(count).padStart(5)} tenants: ${String(reading.open).padStart(2)} connections, heap ${(reading.heap / MEBIBYTE).toFixed(1)} MiB, ` +
        `${reading.perSecond.toFixed(0)} requests/s`,
    );
  }
  await database.close();
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return;
  judge(
    'heap with 1,000 tenants against 10',
    last.heap / first.heap,
    MEMORY_LIMIT,
    `${((last.heap - first.heap) / 990).toFixed(0)} bytes a tenant`,
  );
  judge('connections with 1,000 tenants against the cap', last.open / (POOL.max ?? 1), 1, `${last.open} of ${POOL.max ?? 0}`);
}

async function load(database: TenantDatabase, contexts: readonly TenantContext[]): Promise<number> {
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let turn = next++; turn < REQUESTS; turn = next++) {
        const tenant = contexts[(turn * 7_919) % contexts.length];
        if (!tenant) throw new Error('There are no tenants.');
        const [row] = await TenantScope.run(tenant, () => database.query<{ owner: string }[]>('SELECT owner FROM settings WHERE id = 1'));
        if (row?.owner !== tenant.slug) throw new Error(`${tenant.slug} was shown the data of ${row?.owner ?? 'nobody'}.`);
      }
    }),
  );
  return (performance.now() - start) / 1_000;
}

/** What matters here is one row that says whose it is; the tables of a real tenant would only take minutes to create. */
async function createTenants(root: DatabaseServer, tenants: TestTenants, count: number): Promise<TenantContext[]> {
  const contexts: TenantContext[] = [];
  await withConnection(
    root,
    async (connection) => {
      for (let id = 1; id <= count; id++) {
        const db = `t_scale_${id}`;
        const context: TenantContext = {
          id,
          slug: `scale-${id}`,
          db,
          host: 'default',
          timezone: 'Asia/Jakarta',
          currency: 'IDR',
          locale: 'id',
        };
        await connection.query(
          `CREATE DATABASE ${db}; CREATE USER ${db}@'%' IDENTIFIED BY '${db}'; GRANT SELECT ON \`${db.replaceAll('_', '\\_')}\`.* TO ${db}@'%';
           CREATE TABLE ${db}.settings (id INT PRIMARY KEY, owner VARCHAR(40)); INSERT INTO ${db}.settings VALUES (1, '${context.slug}')`,
        );
        tenants.set(context, { ...root, database: db, user: db, password: db });
        contexts.push(context);
      }
    },
    { multipleStatements: true },
  );
  return contexts;
}

function heapAfterCollection(): number {
  for (let round = 0; round < 4; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

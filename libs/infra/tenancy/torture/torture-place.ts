import type { RowDataPacket } from 'mysql2';
import { type DatabaseServer, type DatabaseTarget, withConnection } from '@jala/infra/central-db';
import { TestTenants } from '@jala/infra/testing';
import type { PoolOptions } from '../pool/pool-options';
import { TenantPools } from '../pool/tenant-pools';
import { TenantDatabase } from '../tenant-database';
import type { TenantContext } from '../tenant-scope';
import { LedgerRow, Mark, TORTURE_SCHEMA } from './torture.entities';

export interface TortureTenant extends TenantContext {
  /** What its rows carry. */
  readonly tag: string;
}

/** What was found in the databases themselves, asked as root and not through the pool. */
export interface Inspection {
  readonly misplaced: number;
  readonly rolledBack: number;
  readonly halves: number;
  readonly ops: ReadonlySet<string>;
  readonly counted: number;
}

/**
 * Many tenants on several database servers. Their databases and accounts have the same names on each server and different passwords:
 * a connection that ends up on the wrong server finds the right names there.
 */
export class TorturePlace {
  readonly directory = new TestTenants();
  readonly tenants: TortureTenant[] = [];
  readonly pools: TenantPools;
  database: TenantDatabase;

  private constructor(
    private readonly servers: ReadonlyMap<string, DatabaseServer>,
    pool: Partial<PoolOptions>,
  ) {
    this.pools = new TenantPools(this.directory, pool);
  }

  static async create(
    servers: ReadonlyMap<string, DatabaseServer>,
    tenantsEach: number,
    pool: Partial<PoolOptions>,
  ): Promise<TorturePlace> {
    const place = new TorturePlace(servers, pool);
    place.database = await TenantDatabase.open(place.pools, [LedgerRow, Mark]);
    await Promise.all([...servers].map(([host, server]) => place.fill(host, server, tenantsEach)));
    return place;
  }

  server(host: string): DatabaseServer {
    const server = this.servers.get(host);
    if (!server) throw new Error(`There is no server ${host}.`);
    return server;
  }

  asRoot(host: string, sql: string, params: unknown[] = []): Promise<RowDataPacket[]> {
    return withConnection(this.server(host), async (connection) => (await connection.query<RowDataPacket[]>(sql, params))[0], {
      multipleStatements: true,
    });
  }

  targetOf(tenant: TenantContext): Promise<DatabaseTarget> {
    return this.directory.credentialsFor(tenant);
  }

  async inspect(): Promise<Map<string, Inspection>> {
    const found = new Map<string, Inspection>();
    for (const host of this.servers.keys()) {
      for (const tenant of this.tenants.filter((candidate) => candidate.host === host))
        found.set(tenant.tag, await this.inspectOne(tenant));
    }
    return found;
  }

  async end(): Promise<void> {
    await this.database.close();
  }

  private async inspectOne({ host, db, tag }: TortureTenant): Promise<Inspection> {
    const [[numbers], ops] = (await this.asRoot(
      host,
      `SELECT (SELECT COUNT(*) FROM ${db}.ledger WHERE owner NOT IN (?, 'ROLLED BACK')) + (SELECT COUNT(*) FROM ${db}.marks WHERE owner <> ?) AS misplaced,
              (SELECT COUNT(*) FROM ${db}.ledger WHERE owner = 'ROLLED BACK') AS rolled_back,
              (SELECT COUNT(*) FROM ${db}.ledger l LEFT JOIN ${db}.marks m ON m.op = l.op WHERE l.op LIKE 'pair%' AND m.id IS NULL)
                + (SELECT COUNT(*) FROM ${db}.marks m LEFT JOIN ${db}.ledger l ON l.op = m.op WHERE l.id IS NULL)
                + (SELECT COUNT(*) FROM (SELECT op FROM ${db}.ledger GROUP BY op HAVING COUNT(*) > 1) doubled) AS halves,
              (SELECT n FROM ${db}.counters WHERE id = 1) AS counted;
       SELECT op FROM ${db}.ledger`,
      [tag, tag],
    )) as unknown as [Record<string, number>[], { op: string }[]];
    return {
      misplaced: Number(numbers?.misplaced),
      rolledBack: Number(numbers?.rolled_back),
      halves: Number(numbers?.halves),
      counted: Number(numbers?.counted),
      ops: new Set(ops.map(({ op }) => op)),
    };
  }

  private async fill(host: string, server: DatabaseServer, count: number): Promise<void> {
    await withConnection(
      server,
      async (connection) => {
        for (let index = 1; index <= count; index++) {
          const name = `t_torture_${index}`;
          const password = `${host}-${index}`;
          await connection.query(
            `CREATE DATABASE ${name} CHARACTER SET utf8mb4; CREATE USER ${name}@'%' IDENTIFIED BY '${password}';
             GRANT ALL PRIVILEGES ON \`${name.replaceAll('_', '\\_')}\`.* TO ${name}@'%'; USE ${name}; ${TORTURE_SCHEMA}`,
          );
          this.add(host, index, { ...server, database: name, user: name, password });
        }
      },
      { multipleStatements: true },
    );
  }

  private add(host: string, index: number, target: DatabaseTarget): void {
    const context: TenantContext = {
      id: this.tenants.length + 1,
      slug: `torture-${host}-${index}`,
      db: target.database,
      host,
      timezone: 'Asia/Jakarta',
      currency: 'IDR',
      locale: 'id',
    };
    this.directory.set(context, target);
    this.tenants.push({ ...context, tag: `${host}/${target.database}` });
  }
}

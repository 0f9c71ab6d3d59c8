import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { connectTo, type DatabaseServer, MigrationSet, SchemaDump } from '@jala/infra/central-db';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant, testServices } from '@jala/infra/testing';
import { radiusEntities, radiusGrants, RadiusWriter } from '@jala/radius';
import { RadiusUsersRepository } from '../../libs/radius/radius-users.repository';
import type { RadiusAccount } from './jala-servers';
import { GROUP_REPLIES, STOCK_SQL, USER_REPLIES } from './rival-servers';

const DAY_MS = 86_400_000;
const ACCOUNT = 'bench_radius';
/** One in so many users has login hours, which cost a login a second question. */
const FEW = 20;
/** Tenants that are filled at the same time. */
const FILLERS = 4;
const FIRST_USER = 'u00001';

/** What a user has in the tables of RADIUS, except for the password. */
const USER_TABLES = ['raduser', 'radcheck', 'radreply', 'radusergroup'] as const;

/** The databases of all servers: on one MariaDB, with the same settings. */
export class Place {
  private constructor(
    private readonly server: DatabaseServer,
    readonly root: Connection,
    readonly account: RadiusAccount,
    readonly tenancy: TestTenancy,
    readonly databasePid: number,
    private readonly users: number,
    /** The tenant whose rows the writer of libs/radius has written; the others are copies. */
    readonly first: TestTenant,
  ) {}

  static async prepare(users: number): Promise<Place> {
    const { mariadb } = await testServices();
    const server = { ...(await rootOfTestServer()), socket: mariadb.socket };
    const root = await connectTo(server, { multipleStatements: true });
    const password = randomBytes(18).toString('hex');
    await root.query(`CREATE USER ${ACCOUNT}@'%' IDENTIFIED BY '${password}'`);
    const tenancy = await createTestTenancy({ entities: radiusEntities });
    const first = await tenancy.create();
    const account = { socket: mariadb.socket, user: ACCOUNT, password };
    const pid = Number(readFileSync(join(dirname(mariadb.socket), 'mariadb.pid'), 'utf8'));
    const place = new Place(server, root, account, tenancy, pid, users, first);
    await place.fillFirst();
    return place;
  }

  /** Everything a plan can ask for, so that a login is judged by all of it. */
  private async fillFirst(): Promise<void> {
    const writer = new RadiusWriter(new RadiusUsersRepository(this.tenancy.database));
    await this.first.run(() =>
      writer.putUser({
        username: FIRST_USER,
        password: 'p00001',
        status: 'active',
        group: 'plan_1',
        expiresAt: new Date(Date.now() + 30 * DAY_MS),
        rateLimit: '5M/10M 10M/20M 4M/8M 16/16 8 1M/2M',
        quotaBytes: 1_000_000_000_000_000,
        quotaWindow: 'month',
        fairUse: { bytes: 900_000_000_000_000, rateLimit: '1M/1M' },
        timeQuotaSeconds: 2_000_000_000,
        sharedUsers: 1,
        macLock: true,
        mac: '02:00:00:00:00:01',
        loginHours: 'Al0000-2400',
        pool: 'customers',
        interimSeconds: 300,
        idleSeconds: 600,
        sessionSeconds: 86_400,
      }),
    );
    const db = this.first.context.db;
    await this.root.query(
      USER_TABLES.map((table) => {
        const columns = COLUMNS[table];
        const selected = columns
          .replace('username', NAME)
          .replace(/\bmac\b/, deviceOf('seq'))
          .replace(/\bvalue\b/, PASSWORD)
          .replace(/\blogin_hours\b/, `IF(seq % ${FEW} = 0, login_hours, NULL)`);
        return (
          `INSERT INTO ${db}.${table} (${columns}) SELECT ${selected} FROM ${db}.${table} JOIN ${db}.seq_2_to_${Math.max(this.users, 2)} ` +
          `WHERE username = '${FIRST_USER}'`
        );
      }).join(';\n'),
    );
    await this.grant(db);
  }

  /** A tenant with the same users. */
  async copyOfFirst(): Promise<TestTenant> {
    const tenant = await this.tenancy.create();
    await this.fill(this.root, tenant.context.db);
    return tenant;
  }

  /** @returns the databases of `count` tenants, the first one among them */
  async tenants(count: number): Promise<string[]> {
    const dump = new SchemaDump(MigrationSet.of('tenant'));
    const names = Array.from({ length: count - 1 }, (_, index) => `t_bench_${index + 2}`);
    const waiting = [...names];
    await Promise.all(
      Array.from({ length: FILLERS }, async () => {
        const connection = await connectTo(this.server, { multipleStatements: true });
        try {
          for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
            await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
            await dump.install({ ...this.server, database: name });
            await this.fill(connection, name);
          }
        } finally {
          connection.destroy();
        }
      }),
    );
    return [this.first.context.db, ...names];
  }

  private async fill(connection: Connection, db: string): Promise<void> {
    const source = this.first.context.db;
    const ofUsers = USER_TABLES.map(
      (table) => `INSERT INTO ${db}.${table} (${COLUMNS[table]}) SELECT ${COLUMNS[table]} FROM ${source}.${table}`,
    );
    const others = ['zone_offsets', 'login_hours'].map((table) => `INSERT INTO ${db}.${table} SELECT * FROM ${source}.${table}`);
    await connection.query([...ofUsers, ...others].join(';\n'));
    await this.grant(db, connection);
  }

  private async grant(db: string, connection = this.root): Promise<void> {
    await connection.query(radiusGrants(db, ACCOUNT).join(';\n'));
  }

  /** One database with the stock schema and as many users with the same answer. */
  async stock(name: string): Promise<void> {
    const schema = readFileSync(join(STOCK_SQL, 'schema.sql'), 'utf8').replace(/^#.*$/gm, '').trim().replace(/;$/, '');
    await this.root.query(
      `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; USE ${name};
       ${schema};
       INSERT INTO radcheck (username, attribute, op, value)
         SELECT ${NAME}, 'Cleartext-Password', ':=', CONCAT('p', LPAD(seq, 5, '0')) FROM seq_1_to_${this.users};
       INSERT INTO radreply (username, attribute, op, value) SELECT ${NAME}, attribute, '=', value
         FROM seq_1_to_${this.users} JOIN (${USER_REPLIES.map(([attribute, value]) => `SELECT '${attribute}' AS attribute, '${value}' AS value`).join(' UNION ALL ')}) r;
       INSERT INTO radusergroup (username, groupname) SELECT ${NAME}, 'plan_1' FROM seq_1_to_${this.users};
       INSERT INTO radgroupreply (groupname, attribute, op, value)
         VALUES ${GROUP_REPLIES.map(([attribute, value]) => `('plan_1', '${attribute}', '=', '${value}')`).join(', ')};
       GRANT SELECT, INSERT, UPDATE ON ${name}.* TO ${ACCOUNT}@'%'`,
    );
  }

  async close(): Promise<void> {
    await this.tenancy.database.close();
    this.root.destroy();
  }
}

const NAME = "CONCAT('u', LPAD(seq, 5, '0'))";
/** As radload.c writes it; up to 65,535 users. */
export const deviceOf = (number: string): string =>
  `CONCAT('02:00:00:00:', LPAD(HEX((${number}) DIV 256), 2, '0'), ':', LPAD(HEX((${number}) % 256), 2, '0'))`;
const PASSWORD = "IF(attribute = 'Cleartext-Password', CONCAT('p', LPAD(seq, 5, '0')), value)";

/** Without the keys the tables give themselves. */
const COLUMNS = {
  raduser:
    'username, status, expires_at, mac_lock, mac, rate_limit, fup_bytes, fup_rate_limit, quota_bytes, time_quota_s, quota_window, pool, ' +
    'shared_users, interim_s, idle_s, session_s, login_hours',
  radcheck: 'username, attribute, op, value, jala_managed',
  radreply: 'username, attribute, op, value, jala_managed',
  radusergroup: 'username, groupname, priority, jala_managed',
} as const satisfies Record<(typeof USER_TABLES)[number], string>;

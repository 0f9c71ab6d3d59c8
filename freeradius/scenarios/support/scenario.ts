import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '@jala/kernel';
import { withConnection } from '@jala/infra/central-db';
import { createTestTenancy, randomSuffix, rootOfTestServer, testConfig, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import {
  ArchivedSessions,
  loginBacklog,
  LoginFiles,
  LoginLoader,
  LoginsReader,
  radiusEntities,
  radiusGrants,
  type RadiusUser,
  RadiusWriter,
  type RouterClient,
  RouterClients,
  SessionsReader,
} from '@jala/radius';
import { RadiusUsersRepository } from '../../../libs/radius/radius-users.repository';
import { DatabaseLine } from './database-line';
import { ScenarioLogins } from './scenario-logins';
import { msChapV2 } from './mschapv2';
import { type AttributeValue, radclient, type RadiusReply } from './radclient';
import { RadiusServer, type RadsecServer } from './radius-server';

export const METHODS = ['pap', 'chap', 'mschap', 'mschapv2'] as const;
export type Method = (typeof METHODS)[number];

const DEFAULT_USER: Omit<RadiusUser, 'username'> = {
  password: 'rahasia',
  status: 'active',
  expiresAt: null,
  group: 'plan_1',
  rateLimit: '5M/10M',
};

/** FreeRADIUS, a database it reaches by a line of its own, and as many ISPs as a test wants. */
export class Scenario {
  private readonly isps: Isp[] = [];
  readonly logins: ScenarioLogins;
  private readonly loader: LoginLoader;
  private loading?: Promise<void>;

  private constructor(
    readonly server: RadiusServer,
    readonly line: DatabaseLine,
    readonly tenancy: TestTenancy,
    readonly account: string,
  ) {
    this.logins = new ScenarioLogins(tenancy);
    this.loader = new LoginLoader(new LoginFiles(server.runDir), this.logins);
  }

  /** `direct`: without the line in between, for tests that take the whole database away. */
  static async start({
    direct = false,
    ipv6 = false,
    radsec,
  }: { direct?: boolean; ipv6?: boolean; radsec?: RadsecServer } = {}): Promise<Scenario> {
    const root = await rootOfTestServer();
    const account = `radius_${randomSuffix()}`;
    await withConnection(root, (connection) => connection.query(`CREATE USER ?@'%' IDENTIFIED BY 'radius'`, [account]));
    const line = new DatabaseLine(root);
    await line.open();
    const scenario = new Scenario(new RadiusServer(), line, await createTestTenancy({ entities: radiusEntities }), account);
    try {
      const port = direct ? root.port : line.port;
      await scenario.server.start({ host: '127.0.0.1', port, user: account, password: 'radius' }, { ipv6, radsec });
    } catch (error) {
      await scenario.stop();
      throw error;
    }
    return scenario;
  }

  async isp(): Promise<Isp> {
    const tenant = await this.tenancy.create();
    await withConnection(await rootOfTestServer(), async (connection) => {
      for (const statement of radiusGrants(tenant.context.db, this.account)) await connection.query(statement);
    });
    const isp = new Isp(this, tenant);
    this.isps.push(isp);
    return isp;
  }

  /** Resolves when everything that was acknowledged is in the database. */
  async stored(withinMs = 30_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      await this.loadLogins(deadline);
      const logins = await loginBacklog(this.server.runDir);
      if (this.server.spooled() === '' && logins.bytes === 0) return;
      if (Date.now() > deadline)
        throw new Error(
          `Not stored after ${withinMs / 1000} s, ${logins.bytes} bytes of logins:\n${this.server.spooled()}\n${this.server.log('drain')}`,
        );
      await sleep(100);
    }
  }

  /** What a worker does every second. Those that ask at the same time wait for one. */
  private async loadLogins(untilMs: number): Promise<void> {
    this.loading ??= this.loader.load({ untilMs, mayGoOn: () => Promise.resolve(true) }).finally(() => (this.loading = undefined));
    await this.loading;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.line.cut();
    await this.tenancy.drop();
    await withConnection(await rootOfTestServer(), (connection) => connection.query(`DROP USER IF EXISTS ?@'%'`, [this.account]));
  }
}

export interface LoginOptions {
  readonly method?: Method;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Attributes that are not sent although the method has them. */
  readonly without?: readonly string[];
  readonly timeout?: number;
  readonly attempts?: number;
}

/** One tenant with its database, its routers and its users. */
export class Isp {
  readonly clients: RouterClients;
  private readonly writer: RadiusWriter;

  constructor(
    private readonly scenario: Scenario,
    readonly tenant: TestTenant,
  ) {
    this.clients = new RouterClients(testConfig({}, { RADIUS_CLIENTS_DIR: scenario.server.clientsDir }));
    this.writer = new RadiusWriter(new RadiusUsersRepository(scenario.tenancy.database));
  }

  async router(address: string, change: Partial<RouterClient> = {}): Promise<Router> {
    const client: RouterClient = {
      address,
      secret: `secret-of-${address}`,
      tenantDb: this.tenant.context.db,
      routerId: 1,
      requireMessageAuthenticator: false,
      ...change,
    };
    await this.clients.publish(client);
    return new Router(this.scenario, client);
  }

  async user(username: string, user: Partial<RadiusUser> = {}): Promise<void> {
    await this.tenant.run(() => this.writer.putUser({ ...DEFAULT_USER, ...user, username }));
  }

  write<T>(change: (writer: RadiusWriter) => Promise<T>): Promise<T> {
    return this.tenant.run(() => change(this.writer));
  }

  query<T>(sql: string, params?: unknown[]): Promise<T[]> {
    return this.tenant.run(() => this.scenario.tenancy.database.query<T[]>(sql, params));
  }

  sessions<T>(read: (reader: SessionsReader) => Promise<T>): Promise<T> {
    const { database } = this.scenario.tenancy;
    return this.tenant.run(() => read(new SessionsReader(database, new ArchivedSessions(database), new SystemClock())));
  }

  async logins(username: string): ReturnType<LoginsReader['forUser']> {
    return this.tenant.run(() => new LoginsReader(this.scenario.tenancy.database).forUser(username, { page: 1, perPage: 100 }));
  }
}

/** A router: an address, a secret, and what it says. */
export class Router {
  constructor(
    private readonly scenario: Scenario,
    readonly client: RouterClient,
  ) {}

  withSecret(secret: string): Router {
    return new Router(this.scenario, { ...this.client, secret });
  }

  login(
    username: string,
    password: string,
    { method = 'pap', attributes = {}, without = [], timeout, attempts }: LoginOptions = {},
  ): Promise<RadiusReply> {
    return radclient({
      port: this.scenario.server.ports.auth,
      kind: 'auth',
      secret: this.client.secret,
      from: this.client.address,
      timeout,
      attempts,
      attributes: Object.fromEntries(
        Object.entries({ 'User-Name': username, ...credentials(method, username, password), ...attributes }).filter(
          ([name]) => !without.includes(name),
        ),
      ),
    });
  }

  account(
    status: string,
    sessionId: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
    attempts = 3,
  ): Promise<RadiusReply> {
    return radclient({
      port: this.scenario.server.ports.acct,
      kind: 'acct',
      secret: this.client.secret,
      from: this.client.address,
      timeout: 2,
      attempts,
      attributes: { 'Acct-Status-Type': { raw: status }, 'Acct-Session-Id': sessionId, ...attributes },
    });
  }
}

function credentials(method: Method, username: string, password: string): Record<string, AttributeValue> {
  switch (method) {
    case 'pap':
      return { 'User-Password': password };
    case 'chap':
      return chap(password);
    case 'mschap':
      return { 'MS-CHAP-Password': password };
    case 'mschapv2': {
      const { challenge, response } = msChapV2(username, password);
      return { 'MS-CHAP-Challenge': { raw: challenge }, 'MS-CHAP2-Response': { raw: response } };
    }
  }
}

/** By hand, because radclient expands what looks like a variable in a password. */
function chap(password: string): Record<string, AttributeValue> {
  const challenge = randomBytes(16);
  const digest = createHash('md5')
    .update(Buffer.concat([Buffer.from([1]), Buffer.from(password), challenge]))
    .digest('hex');
  return { 'CHAP-Password': { raw: `0x01${digest}` }, 'CHAP-Challenge': { raw: `0x${challenge.toString('hex')}` } };
}

export const number = (value: number): AttributeValue => ({ raw: String(value) });

/** Runs `task` for all items, a few at a time: rejects are delayed by a second each. */
export async function inParallel<T, R>(items: readonly T[], task: (item: T, index: number) => Promise<R>, width = 12): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await task(items[index]!, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

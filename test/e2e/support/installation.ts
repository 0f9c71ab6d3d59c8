import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withConnection } from '@jala/infra/central-db';
import { createTestCentral, randomSuffix, rootOfTestServer, testServices } from '@jala/infra/testing';
import { freePorts } from '../../../scripts/lib/free-ports.mjs';
import { ApiClient } from './api-client';

const DIST = join(__dirname, '../../../dist/apps');

export interface Program {
  readonly pid: number;
  /** Its log so far. */
  readonly log: () => string;
  readonly isRunning: () => boolean;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/**
 * An installation of Jala whose programs a test starts, kills and counts itself, with a database account like the
 * production one for each purpose. Databases and accounts of its tenants go with it.
 */
export class Installation {
  private readonly programs: Program[] = [];

  private constructor(
    readonly query: <T>(sql: string, params?: unknown[]) => Promise<T>,
    readonly rootQuery: <T>(sql: string, params?: unknown[]) => Promise<T>,
    private readonly env: Record<string, string>,
    private readonly tearDown: () => Promise<void>,
  ) {}

  static async create(): Promise<Installation> {
    const root = await rootOfTestServer();
    const { redis } = await testServices();
    const central = await createTestCentral();
    const suffix = randomSuffix();
    const accounts = { app: `app_${suffix}`, provision: `prov_${suffix}`, radius: `rad_${suffix}` };
    const password = randomBytes(12).toString('hex');
    const rootQuery = <T>(sql: string, params?: unknown[]): Promise<T> =>
      withConnection(root, async (connection) => (await connection.query(sql, params))[0] as T);
    for (const user of Object.values(accounts)) await rootQuery(`CREATE USER ?@'%' IDENTIFIED BY ?`, [user, password]);
    await rootQuery(`GRANT ALL PRIVILEGES ON \`${central.target.database}\`.* TO ?@'%'`, [accounts.app]);
    await rootQuery(`GRANT CREATE USER ON *.* TO ?@'%'`, [accounts.provision]);
    await rootQuery("GRANT ALL PRIVILEGES ON `t\\_%`.* TO ?@'%' WITH GRANT OPTION", [accounts.provision]);
    await rootQuery(
      `INSERT INTO \`${central.target.database}\`.db_hosts (name, host, admin_user, admin_password_enc) VALUES ('default', 'x', 'x', '')`,
    );
    const dataDir = mkdtempSync(join(tmpdir(), 'jala-installation-'));
    const env = {
      JALA_ENV: 'development',
      LOG_LEVEL: 'warn',
      JALA_DATA_DIR: dataDir,
      JALA_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
      JALA_JWT_SECRET: randomBytes(32).toString('base64'),
      JALA_ROOT_DOMAIN: 'localhost',
      CENTRAL_DB_HOST: root.host,
      CENTRAL_DB_PORT: String(root.port),
      CENTRAL_DB_NAME: central.target.database,
      CENTRAL_DB_USER: accounts.app,
      CENTRAL_DB_PASSWORD: password,
      PROVISION_DB_USER: accounts.provision,
      PROVISION_DB_PASSWORD: password,
      RADIUS_DB_USER: accounts.radius,
      REDIS_URL: redis.url,
      REDIS_PREFIX: `e2e-${suffix}`,
    };
    const tearDown = async (): Promise<void> => {
      const tenants = await central.database.query<{ db_name: string; db_user: string }[]>('SELECT db_name, db_user FROM tenants');
      // Dropping two hundred databases one after the other would take longer than making them.
      const drop = async (): Promise<void> => {
        for (let tenant = tenants.pop(); tenant; tenant = tenants.pop()) {
          await rootQuery(`DROP DATABASE IF EXISTS \`${tenant.db_name}\``);
          await rootQuery(`DROP USER IF EXISTS ?@'%'`, [tenant.db_user]);
        }
      };
      await Promise.all(Array.from({ length: 8 }, drop));
      for (const user of Object.values(accounts)) await rootQuery(`DROP USER IF EXISTS ?@'%'`, [user]);
      await central.drop();
      rmSync(dataDir, { recursive: true, force: true });
    };
    return new Installation((sql, params) => central.database.query(sql, params), rootQuery, env, tearDown);
  }

  /** Resolves when it takes jobs. */
  async startWorker(env: Record<string, string> = {}, spawned: (worker: Program) => void = () => undefined): Promise<Program> {
    const [port] = await freePorts(1);
    const worker = this.start('worker', { JALA_WORKER_PORT: String(port), ...env });
    spawned(worker);
    await answers(worker, `http://127.0.0.1:${port}`, '/health');
    return worker;
  }

  async startPlatform(): Promise<{ platform: Program; api: ApiClient }> {
    const [port] = await freePorts(1);
    const platform = this.start('platform', { JALA_HTTP_PORT: String(port), JALA_PUBLIC_PORT: String(port) });
    await answers(platform, `http://127.0.0.1:${port}`, '/api/health');
    return { platform, api: new ApiClient(`http://127.0.0.1:${port}`, { host: `localhost:${port}` }) };
  }

  async cli(args: readonly string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [join(DIST, 'cli/src/main.js'), ...args], { env: this.environment({}), stdio: 'pipe' });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** Ends its programs and removes its data. */
  async dispose(): Promise<void> {
    await Promise.all(this.programs.filter((program) => program.isRunning()).map((program) => program.kill('SIGKILL')));
    await this.tearDown();
  }

  private start(program: 'worker' | 'platform', env: Record<string, string>): Program {
    const child = spawn(process.execPath, [join(DIST, program, 'src/main.js')], {
      env: this.environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = programOf(child);
    this.programs.push(started);
    return started;
  }

  private environment(env: Record<string, string>): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.env, ...env };
  }
}

function programOf(child: ChildProcess): Program {
  const [stdout, stderr] = [collect(child.stdout!), collect(child.stderr!)];
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid!,
    log: () => stdout() + stderr(),
    isRunning,
    kill: async (signal) => {
      if (!isRunning()) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}

async function answers(program: Program, baseUrl: string, path: string): Promise<void> {
  const client = new ApiClient(baseUrl);
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (!program.isRunning()) throw new Error(`it ended before it was ready:\n${program.log()}`);
    const answer = await client.get(path).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it was not ready after a minute:\n${program.log()}`);
}

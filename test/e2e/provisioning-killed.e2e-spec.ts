import { PROVISIONING_STEPS } from '@jala/central/tenants';
import { rootOfTestServer } from '@jala/infra/testing';
import type { ApiClient } from './support/api-client';
import { DatabaseProxy, type Trap } from './support/database-proxy';
import { Installation, type Program } from './support/installation';
import { until } from './support/stack';

/** That a step is done is noted when the next one begins. */
const markedDone = (step: string): Trap => ({
  statement: new RegExp(`provisioning_steps.*name = '(?!${step}')\\w+' OR \\(name = '${step}' AND status = 'running'\\)`, 's'),
  when: 'before',
});

/** In the order in which a provisioning meets them. */
const PLACES: readonly (readonly [place: string, trap: Trap])[] = [
  ['before anything is made', { statement: /CREATE DATABASE IF NOT EXISTS `t_/, when: 'before' }],
  ['when the database is made and nobody has noted it', { statement: /CREATE DATABASE IF NOT EXISTS `t_/, when: 'after' }],
  ['when "database" is done', markedDone('database')],
  ['when the account exists without rights', { statement: /GRANT SELECT, INSERT/, when: 'before' }],
  ['when "accounts" is done', markedDone('accounts')],
  ['in the middle of the tables', { statement: /CREATE TABLE `radacct`/, when: 'after' }],
  ['when "schema" is done', markedDone('schema')],
  ['between two rights of the RADIUS account', { statement: /GRANT SELECT, INSERT, UPDATE ON `t_\w+`\.`radacct`/, when: 'before' }],
  ['when "radius_access" is done', markedDone('radius_access')],
  ['when "seed" is done', markedDone('seed')],
  ['when the owner exists and nobody has noted it', { statement: /UPDATE `tenants` SET `owner_password_hash` = ''/, when: 'before' }],
  ['when "owner" is done', markedDone('owner')],
  ['when "domain" is done', markedDone('domain')],
  [
    'when the mail is written and not committed',
    { statement: /`provisioning_steps` SET `status` = 'done'.*'welcome_mail'/s, when: 'before' },
  ],
  ['when the tenant is ready and the worker does not know', { statement: /UPDATE `tenants` SET `status` = 'ready'/, when: 'after' }],
];

describe('a worker that is killed while it sets up a tenant', () => {
  let installation: Installation;
  let proxy: DatabaseProxy;
  let api: ApiClient;
  let admin: ApiClient;

  beforeAll(async () => {
    installation = await Installation.create();
    proxy = await DatabaseProxy.before(await rootOfTestServer());
    await installation.cli(['seed:superadmin', '--email', 'admin@example.com', '--password-stdin'], 'Gr4nite-harbour-22\n');
    ({ api } = await installation.startPlatform());
    admin = await api.login('admin@example.com', 'Gr4nite-harbour-22');
  }, 60_000);

  afterAll(async () => {
    proxy.close();
    await installation.dispose();
  });

  it('leaves, wherever it dies, a tenant that the next one makes ready, exactly once, and nothing else', async () => {
    const slug = `killed-${process.pid}`;
    const email = `owner@${slug}.example`;
    const password = 'Zx81-spectrum-77';
    const created = await admin.post('/api/platform/tenants', {
      name: 'Killed Net',
      slug,
      owner_name: 'Owner',
      owner_email: email,
      owner_password: password,
    });
    expect(created.status).toBe(201);
    const id = created.body.id as number;

    for (const [place, trap] of PLACES) {
      let worker: Program | undefined;
      const sprung = proxy.set(trap, () => process.kill(worker!.pid, 'SIGKILL'));
      // The job may be taken before the worker says that it is ready, and the worker be gone by then.
      const starting = installation
        .startWorker({ CENTRAL_DB_PORT: String(proxy.port) }, (program) => (worker = program))
        .catch(() => undefined);
      await within(60_000, sprung, `the worker to be killed ${place}`);
      await starting;
      // Returns when the process is gone.
      await worker!.kill('SIGKILL');
    }

    await installation.startWorker();
    const tenant = await until('the tenant to be ready', async () => {
      const { body } = await admin.get(`/api/platform/tenants/${id}`);
      return body.status === 'ready' ? body : undefined;
    });
    expect(tenant).toMatchObject({ failed_step: null, failed_reason: null });

    const { body: provisioning } = await admin.get(`/api/platform/tenants/${id}/provisioning`);
    expect(provisioning.steps.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`)).toEqual(
      PROVISIONING_STEPS.map((name) => `${name} done`),
    );
    await until('the outbox to be empty', async () => {
      const [row] = await installation.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM outbox');
      return Number(row!.n) === 0;
    });

    const count = async (sql: string, ...params: unknown[]): Promise<number> =>
      Number((await installation.rootQuery<{ n: number }[]>(sql, params))[0]!.n);
    const database = `t_${slug.replaceAll('-', '_')}`;
    expect(await count('SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name = ?', database)).toBe(1);
    // Other installations on this server build theirs under the same name; none stays.
    await until(
      'the scratch database to be gone',
      async () => (await count("SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name LIKE 't\\_\\_schema\\_%'")) === 0,
    );
    const accounts = "SELECT COUNT(DISTINCT user) AS n FROM mysql.db WHERE REPLACE(db, CHAR(92), '') = ? AND user LIKE ?";
    expect(await count(accounts, database, `t${id}\\_%`)).toBe(1);
    expect(await count(`SELECT COUNT(*) AS n FROM \`${database}\`.staff`)).toBe(1);
    expect(await count(`SELECT COUNT(*) AS n FROM \`${database}\`.settings`)).toBe(1);
    expect(await count(`SELECT COUNT(*) AS n FROM \`${database}\`.activity_log WHERE action = 'staff.created'`)).toBe(1);
    expect(await mails(email)).toBe(1);
    expect((await installation.query<unknown[]>('SELECT 1 FROM domains WHERE tenant_id = ?', [id])).length).toBe(1);
    const [row] = await installation.query<{ owner_password_hash: string | null }[]>(
      'SELECT owner_password_hash FROM tenants WHERE id = ?',
      [id],
    );
    expect(row!.owner_password_hash).toBeNull();

    const owner = await api.with({ host: `${slug}.localhost` }).login(email, password);
    expect((await owner.get('/api/me')).status).toBe(200);
  }, 600_000);

  const mails = async (email: string): Promise<number> =>
    Number((await installation.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM dev_mails WHERE recipient = ?', [email]))[0]!.n);
});

async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>(
    (_, reject) => (timer = setTimeout(() => reject(new Error(`waited ${ms / 1_000} s in vain for ${what}`)), ms)),
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

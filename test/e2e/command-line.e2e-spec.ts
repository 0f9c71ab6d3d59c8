import { Installation } from './support/installation';
import { until } from './support/stack';

describe('the command line', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await Installation.create();
  });

  afterAll(() => installation.dispose());

  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await installation.cli(args, input);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: expect.any(String) });
    return stdout.trim();
  };

  it('says what it can do, and that it cannot do the rest', async () => {
    expect(await run([])).toContain('tenants:migrate');
    expect((await installation.cli(['tenants:explode'])).code).toBe(2);
    const misspelt = await installation.cli(['tenants:create', '--slog', 'x']);
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('--slog') });
    expect(misspelt.stderr).not.toContain('at ');
  });

  it('migrates, and has nothing to do the second time', async () => {
    expect(await run(['migrate'])).toContain('0 migrations applied');
    expect(await run(['migrate'])).toContain('tenants: all up to date');
  });

  it('makes the first super admin only, from standard input, and refuses a weak password', async () => {
    const args = ['seed:superadmin', '--email', 'first@example.com', '--password-stdin'];
    const weak = await installation.cli(args, 'password\n');
    expect(weak).toMatchObject({ code: 1, stderr: expect.stringContaining('VALIDATION_FAILED') });
    expect(await run(args, 'Gr4nite-harbour-22\n')).toContain('created');
    expect(await run(['seed:superadmin', '--email', 'second@example.com', '--password-stdin'], 'Gr4nite-harbour-23\n')).toContain(
      'nothing was changed',
    );
  }, 60_000);

  it('seeds the demo without a worker, tells the passwords as the last line, and completes it when repeated', async () => {
    const secrets = JSON.stringify({ owner_password: 'Zx81-spectrum-77', router_secret: 'router-secret-24-characters' });
    const first = JSON.parse((await run(['seed:demo', '--secrets-stdin'], secrets)).split('\n').at(-1)!);
    expect(first).toEqual({
      tenant: { slug: 'demo', email: 'owner@demo.localhost', password: 'Zx81-spectrum-77' },
      customer: { username: 'budi', password: expect.stringMatching(/^\S{6,}$/) },
      router: { address: '127.0.0.1', secret: 'router-secret-24-characters' },
    });
    const again = JSON.parse((await run(['seed:demo', '--secrets-stdin'], secrets)).split('\n').at(-1)!);
    expect(again.tenant).toEqual(first.tenant);
    const [tenant] = await installation.query<{ db_name: string }[]>(
      "SELECT db_name FROM tenants WHERE slug = 'demo' AND status = 'ready'",
    );
    const customers = await installation.rootQuery<{ name: string; status: string; password: string }[]>(
      `SELECT c.name, c.status, r.value AS password FROM \`${tenant!.db_name}\`.customers c
         JOIN \`${tenant!.db_name}\`.radcheck r ON r.username = c.username AND r.attribute = 'Cleartext-Password' ORDER BY c.id`,
    );
    expect(customers.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'Budi Santoso active',
      'Siti Nurhaliza active',
      'Ahmad Wijaya active',
      'Dewi Sartika suspended',
      'Rini Susanti active',
    ]);
    expect(customers[0]!.password).toBe(again.customer.password);
    const plans = await installation.rootQuery<{ price_minor: number }[]>(
      `SELECT price_minor FROM \`${tenant!.db_name}\`.service_plans ORDER BY price_minor`,
    );
    expect(plans.map(({ price_minor }) => Number(price_minor) / 100)).toEqual([99_000, 150_000, 250_000, 500_000, 1_200_000]);
  }, 120_000);

  it('creates a tenant, here or through a worker, and asks, checks and migrates them all', async () => {
    const create = (slug: string, ...more: string[]): string[] => [
      'tenants:create',
      '--slug',
      slug,
      '--name',
      'Net',
      '--owner-name',
      'Own',
      '--owner-email',
      `o@${slug}.example`,
      ...more,
    ];
    expect(await run(create('here-net', '--here', '--owner-password-stdin'), 'Zx81-spectrum-77\n')).toContain('ready');
    expect(await run(create('queue-net'))).toContain('pending');
    expect((await installation.cli(create('queue-net'))).stderr).toContain('TENANT_SLUG_TAKEN');
    await installation.startWorker();
    await until('the worker to set it up', async () => (await run(['tenants:list'])).includes('queue-net\tready'));
    expect(await run(['tenants:harden'])).toBe('harden: 3 tenants checked, 0 faults found');
    expect(await run(['tenants:run'], 'SELECT name FROM settings')).toContain('{"tenant":"here-net","name":"Net"}');
    expect(await run(['tenants:migrate'])).toBe('migrate: 3 tenants done, 0 failed');
    expect(await run(['radius:reconcile'])).toContain('reconciled');
    expect(await run(['keys:rotate'])).toMatch(/\d+/);
  }, 120_000);

  it('reports the tenant that fails, does the rest, and does not exit with 0', async () => {
    const [bad] = await installation.query<{ db_name: string; db_user: string }[]>(
      "SELECT db_name, db_user FROM tenants WHERE slug = 'here-net'",
    );
    await installation.query("UPDATE tenants SET schema_version = 1 WHERE slug IN ('here-net', 'queue-net')");
    await installation.rootQuery(`DROP TABLE \`${bad!.db_name}\`.schema_migrations`);
    const { code, stdout, stderr } = await installation.cli(['migrate']);
    expect(code).toBe(1);
    expect(stdout).toContain('migrate: 2 tenants done, 1 failed');
    expect(stderr).toContain('here-net:');
    const rows = await installation.query<{ slug: string; schema_version: number }[]>(
      "SELECT slug, schema_version FROM tenants WHERE slug IN ('here-net', 'queue-net')",
    );
    expect(new Map(rows.map(({ slug, schema_version }) => [slug, schema_version])).get('queue-net')).toBeGreaterThan(1);
  }, 60_000);
});

describe('a worker that is told to stop', () => {
  it('finishes what it is at, leaves the rest to others, and ends', async () => {
    const installation = await Installation.create();
    try {
      const worker = await installation.startWorker();
      await installation.cli(['tenants:create', '--slug', 'stop-net', '--name', 'x', '--owner-name', 'x', '--owner-email', 'o@x.example']);
      await until('it to begin', async () => {
        const [row] = await installation.query<{ status: string }[]>('SELECT status FROM tenants');
        return row!.status !== 'pending';
      });
      await worker.kill('SIGTERM');
      const [row] = await installation.query<{ status: string }[]>('SELECT status FROM tenants');
      expect(row!.status).toBe('ready');
      expect(worker.log()).not.toMatch(/"level":"(error|fatal)"/);
    } finally {
      await installation.dispose();
    }
  }, 60_000);
});

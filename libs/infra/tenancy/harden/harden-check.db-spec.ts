import { withConnection } from '@jala/infra/central-db';
import { createTestTenancy, rootOfTestServer, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { HardenCheck } from './harden-check';

describe('the harden check', () => {
  let tenancy: TestTenancy;
  let one: TestTenant;
  let two: TestTenant;
  const asRoot = async (sql: string, params: unknown[] = []) =>
    withConnection(await rootOfTestServer(), (connection) => connection.query(sql, params));
  const faults = async () => {
    const { findings } = await new HardenCheck(tenancy.tenants, tenancy.tenants).run();
    return findings.map(({ subject, fault }) => `${subject} ${fault}`).sort();
  };

  beforeEach(async () => {
    tenancy = await createTestTenancy();
    [one, two] = [await tenancy.create({ slug: 'one' }), await tenancy.create({ slug: 'two' })];
  });
  afterEach(() => tenancy.drop());

  it('finds nothing where everybody is alone with their own', async () => {
    await expect(new HardenCheck(tenancy.tenants, tenancy.tenants).run()).resolves.toEqual({ tenants: 2, findings: [] });
  });

  it("finds an account that can look into a neighbour's database", async () => {
    await asRoot(`GRANT SELECT ON ${two.context.db}.schema_migrations TO ?@'%'`, [one.target.user]);
    expect(await faults()).toEqual([
      'one can read the database of two',
      expect.stringContaining('one has a grant beyond its database'),
      `one sees other databases: ${two.context.db}`,
    ]);
  });

  it('finds two tenants that share a database or an account', async () => {
    tenancy.tenants.set({ ...two.context, db: one.context.db }, one.target);
    expect(await faults()).toEqual([
      `two shares its account ${one.target.user} with one`,
      `two shares its database ${one.context.db} with one`,
    ]);
  });

  it('finds an account that is refused, and goes on with the others', async () => {
    tenancy.tenants.set(one.context, { ...one.target, password: 'wrong' });
    await asRoot(`UPDATE ${two.context.db}.schema_migrations SET applied_at = NULL ORDER BY version DESC LIMIT 1`);
    expect(await faults()).toEqual([
      'one cannot log in with its own account',
      expect.stringMatching(/^two is at schema version \d+, expected \d+$/),
    ]);
  });
});

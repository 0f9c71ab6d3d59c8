import { createTestTenant } from '@jala/infra/testing';
import { AccountingUpkeep } from './accounting-upkeep.repository';
import { RadiusUsersRepository } from './radius-users.repository';
import { RadiusWriter } from './radius-writer';
import { radiusEntities } from './stock.entities';

type Tenant = Awaited<ReturnType<typeof createTestTenant>>;

/** Two tenants with the same user and the same key of a session: what triggers write in one is not seen in the other. */
describe('the same rows in two tenants', () => {
  let [one, other]: Tenant[] = [];
  const query = <T>(tenant: Tenant, sql: string) => tenant.run(() => tenant.database.query<T[]>(sql));
  const state = (tenant: Tenant) =>
    Promise.all([
      query(tenant, 'SELECT username, password, open_sessions, used_bytes, standing, at_limit FROM raduser'),
      query(tenant, 'SELECT acctuniqueid, acctstoptime FROM radacct'),
      query(tenant, 'SELECT acctuniqueid FROM radacct_archive'),
      query(tenant, 'SELECT acctuniqueid FROM radacct_returns'),
    ]);

  beforeAll(async () => {
    [one, other] = [await createTestTenant({ entities: radiusEntities }), await createTestTenant({ entities: radiusEntities })];
    for (const tenant of [one, other]) {
      const writer = new RadiusWriter(new RadiusUsersRepository(tenant.database));
      await tenant.run(() =>
        writer.putUser({ username: 'budi', password: 'rahasia', status: 'active', expiresAt: null, group: 'plan_1', rateLimit: null }),
      );
      await query(
        tenant,
        `INSERT INTO radacct (acctuniqueid, username, acctstarttime, acctupdatetime, acctstoptime) VALUES
           ('open', 'budi', UTC_TIMESTAMP(), UTC_TIMESTAMP(), NULL), ('old', 'budi', '2026-01-01', '2026-01-01', '2026-01-01')`,
      );
      await query(tenant, 'INSERT INTO radacct_archive SELECT * FROM radacct WHERE acctuniqueid = "old"');
      await query(tenant, 'DELETE FROM radacct WHERE acctuniqueid = "old"');
    }
  });
  afterAll(async () => {
    await one?.drop();
    await other?.drop();
  });

  it.each([
    [
      'a session that comes back from the archive',
      "INSERT INTO radacct_returns (acctuniqueid, acctstarttime) VALUES ('old', '2026-01-01')",
    ],
    ['a session that ends', "UPDATE radacct SET acctstoptime = UTC_TIMESTAMP() WHERE acctuniqueid = 'open'"],
    ['a password', "UPDATE radcheck SET value = 'lain' WHERE username = 'budi'"],
  ])('%s is one tenant’s alone', async (_, change) => {
    const [before, untouched] = [await state(one!), await state(other!)];
    await query(one!, change);
    expect(await state(one!)).not.toEqual(before);
    expect(await state(other!)).toEqual(untouched);
  });

  it('the upkeep ends silent sessions of one tenant alone', async () => {
    for (const tenant of [one!, other!])
      await query(tenant, "UPDATE radacct SET acctstoptime = NULL, acctupdatetime = '2026-01-02' WHERE acctuniqueid = 'open'");
    const untouched = await state(other!);
    const upkeep = new AccountingUpkeep(one!.database);
    expect(await one!.run(() => upkeep.closeMissed(new Date()))).toBeGreaterThan(0);
    expect(await state(other!)).toEqual(untouched);
  });
});

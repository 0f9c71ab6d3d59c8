import { Test, type TestingModule } from '@nestjs/testing';
import { FixedClock } from '@jala/kernel';
import { CentralDatabase } from '@jala/infra/central-db';
import { TenantDatabase } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  type TestCentral,
  type TestTenancy,
  type TestTenant,
  TestInfraModule,
} from '@jala/infra/testing';
import { IdempotencyPurge, IdempotencyWorkerModule } from '.';

describe('answers kept for repeated requests', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let suspended: TestTenant;
  let module: TestingModule;
  const clock = new FixedClock(new Date('2026-03-15T03:00:00.000Z'));

  const insert = (database: Pick<CentralDatabase, 'query'>) =>
    database.query(
      "INSERT INTO idempotency_keys (actor_key, idempotency_key, request_hash, created_at) VALUES ('a:1', 'old', '', ?), ('a:1', 'young', '', ?)",
      [new Date('2026-03-14T02:59:59.000Z'), new Date('2026-03-14T03:00:01.000Z')],
    );
  const kept = async (database: Pick<CentralDatabase, 'query'>): Promise<string[]> =>
    (await database.query<{ name: string }[]>('SELECT idempotency_key AS name FROM idempotency_keys')).map(({ name }) => name);

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy();
    [tenant, suspended] = [await tenancy.create(), await tenancy.create()];
    tenancy.tenants.setStatus(suspended.context.id, 'suspended');
    module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock }), IdempotencyWorkerModule],
    }).compile();
  });
  afterAll(async () => {
    await module.close();
    await tenancy.drop();
    await central.drop();
  });

  it('go after a day, on the platform and in every tenant, and not before', async () => {
    const database = module.get(TenantDatabase);
    await insert(central.database);
    for (const one of [tenant, suspended]) await one.run(() => insert(database));
    await module.get(IdempotencyPurge).run();
    expect(await kept(central.database)).toEqual(['young']);
    for (const one of [tenant, suspended]) expect(await one.run(() => kept(database))).toEqual(['young']);
  });
});

import { BaseEntity, Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { createTestTenancy, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { wholeNumber } from '@jala/infra/central-db';
import { TenantScope } from './tenant-scope';

@Entity('notes')
class Note {
  @PrimaryGeneratedColumn({ type: 'bigint', unsigned: true })
  id: number;

  @Column({ type: 'varchar', length: 60 })
  text: string;

  @Column({ type: 'bigint', default: 0, transformer: wholeNumber })
  bytes: number;
}

const NOTES =
  'CREATE TABLE notes (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, text VARCHAR(60) NOT NULL, bytes BIGINT NOT NULL DEFAULT 0)';

describe('the tenant database', () => {
  let tenancy: TestTenancy;
  let one: TestTenant;
  let two: TestTenant;
  const notes = () => tenancy.database.repository(Note);

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: [Note] });
    [one, two] = await Promise.all([tenancy.create({ migrate: false }), tenancy.create({ migrate: false })]);
    for (const tenant of [one, two]) await tenant.run(() => tenancy.database.query(NOTES));
  });
  afterAll(() => tenancy.drop());
  afterEach(async () => {
    for (const tenant of [one, two]) await tenant.run(() => tenancy.database.query('DELETE FROM notes'));
  });

  it('shows each tenant only its own rows', async () => {
    await one.run(() => notes().save({ text: 'of one', bytes: 5_000_000_000 }));
    await expect(one.run(() => notes().find())).resolves.toEqual([expect.objectContaining({ text: 'of one', bytes: 5_000_000_000 })]);
    await expect(two.run(() => notes().find())).resolves.toEqual([]);
  });

  it('refuses every query outside a scope', async () => {
    await expect(notes().find()).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
    await expect(tenancy.database.query('SELECT 1')).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
    await expect(tenancy.database.transaction(async () => undefined)).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
    expect(() => TenantScope.current()).toThrow('NO_TENANT_SCOPE');
  });
});

describe('entities that are not fit for tenants', () => {
  it('are refused at the start: lazy relations and Active Records query in whatever scope is open later', async () => {
    @Entity('parents')
    class Parent {
      @PrimaryGeneratedColumn()
      id: number;
    }
    @Entity('children')
    class Child {
      @PrimaryGeneratedColumn()
      id: number;

      @ManyToOne(() => Parent)
      parent: Promise<Parent>;
    }
    @Entity('records')
    class Active extends BaseEntity {
      @PrimaryGeneratedColumn()
      id: number;
    }
    await expect(createTestTenancy({ entities: [Parent, Child] })).rejects.toThrow('Child.parent is a lazy relation');
    await expect(createTestTenancy({ entities: [Active] })).rejects.toThrow('Active is an Active Record');
  });
});

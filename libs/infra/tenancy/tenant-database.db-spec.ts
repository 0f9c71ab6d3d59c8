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

  @Column({ name: 'is_done', type: 'boolean', default: false })
  isDone: boolean;

  @Column({ type: 'json', nullable: true })
  tags: string[] | null;

  @Column({ type: 'date', nullable: true })
  day: string | null;

  @Column({ name: 'due_at', type: 'datetime', precision: 3, nullable: true })
  dueAt: Date | null;

  @Column({ type: 'varchar', length: 60, nullable: true, select: false })
  secret: string | null;
}

const NOTES = `CREATE TABLE notes (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, text VARCHAR(60) NOT NULL, bytes BIGINT NOT NULL DEFAULT 0,
  is_done TINYINT NOT NULL DEFAULT 0, tags JSON NULL, day DATE NULL, due_at DATETIME(3) NULL, secret VARCHAR(60) NULL)`;

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

  describe('read without the query builder', () => {
    const read = () => tenancy.database.read;

    it('shows what a repository shows', async () => {
      await one.run(() => notes().save({ text: 'bare' }));
      const full = { bytes: 5_000_000_000, isDone: true, tags: ['a', 'b'], day: '2026-01-31', dueAt: new Date('2026-01-31T03:00:00.123Z') };
      await one.run(() => notes().save({ text: 'full', secret: 'not selected', ...full }));
      const seen = await one.run(() => read().find(Note, []));
      expect(seen).toEqual((await one.run(() => notes().find())).map((note) => ({ ...note, id: Number(note.id) })));
      expect(seen[1]).toMatchObject(full);
      expect(seen[1]).not.toHaveProperty('secret');
      await expect(two.run(() => read().find(Note, []))).resolves.toEqual([]);
    });

    it('turns pages in the order that was asked for, and counts what is on all of them', async () => {
      for (const text of ['a', 'b', 'c', 'd', 'e']) await one.run(() => notes().save({ text, isDone: text !== 'c' }));
      const page = (number: number, perPage: number) =>
        one.run(async () => {
          const { rows, total } = await read().page(
            Note,
            [
              ['is_done = ?', true],
              ['text <> ?', 'a'],
            ],
            'text DESC',
            { page: number, perPage },
          );
          return [rows.map(({ text }) => text).join(''), total];
        });
      await expect(page(1, 2)).resolves.toEqual(['ed', 3]);
      await expect(page(2, 2)).resolves.toEqual(['b', 3]);
      await expect(page(3, 2)).resolves.toEqual(['', 3]);
      await expect(page(1, 3)).resolves.toEqual(['edb', 3]);
      await expect(page(1, 9)).resolves.toEqual(['edb', 3]);
    });

    it('is part of the open transaction', async () => {
      await one.run(() =>
        tenancy.database.transaction(async () => {
          await notes().save({ text: 'not committed yet' });
          await expect(read().find(Note, [['text = ?', 'not committed yet']])).resolves.toHaveLength(1);
        }),
      );
    });
  });

  it('refuses every query outside a scope', async () => {
    await expect(notes().find()).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
    await expect(tenancy.database.read.find(Note, [])).rejects.toMatchObject({ code: 'NO_TENANT_SCOPE' });
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

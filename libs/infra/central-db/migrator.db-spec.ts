import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2';
import { dropSchema, randomSuffix, rootOfTestServer } from '@jala/infra/testing';
import { type DatabaseTarget, withConnection } from './database-target';
import { MigrationSet } from './migration-set';
import { MigrationError, Migrator } from './migrator';
import { SchemaDump } from './schema-dump';

const FIRST = `-- people
CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) NOT NULL, shout VARCHAR(20) AS (UPPER(name)) STORED, born DATE NULL);
CREATE TABLE pets (id INT PRIMARY KEY, owner INT NOT NULL, FOREIGN KEY (owner) REFERENCES people (id));
INSERT INTO people (name, born) VALUES ('Budi; "Santoso"', '1990-02-28'), ('Siti ✓', NULL);
`;

describe('migrations', () => {
  let folder: string;
  let target: DatabaseTarget;
  const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
  const migrator = () => new Migrator(MigrationSet.in(folder));
  const query = (sql: string) => withConnection(target, async (connection) => (await connection.query<RowDataPacket[]>(sql))[0]);
  const tables = async () => (await query('SHOW TABLES')).map((row) => Object.values(row)[0]);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jala-migrations-'));
    write('0001-people.sql', FIRST);
    const root = await rootOfTestServer();
    target = { ...root, database: `t_mig_${randomSuffix()}` };
    await withConnection(root, (connection) => connection.query(`CREATE DATABASE ${target.database}`));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await dropSchema(await rootOfTestServer(), target);
  });

  it('run once, in order, however many migrators come at the same time', async () => {
    write('0002-more.sql', 'ALTER TABLE people ADD email VARCHAR(40) NULL');
    const reports = await Promise.all([1, 2, 3].map(() => migrator().migrate(target)));
    expect(reports.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 2]);
    expect(await migrator().versionOf(target)).toBe(2);
    expect(await query('SELECT COUNT(*) AS n FROM people')).toEqual([{ n: 2 }]);
  });

  it('name the file, the statement and the reason when one fails, and continue exactly there', async () => {
    write(
      '0002-broken.sql',
      'CREATE TABLE a (id INT);\nINSERT INTO a VALUES (1);\nALTER TABLE nowhere ADD x INT;\nCREATE TABLE b (id INT)',
    );
    await expect(migrator().migrate(target)).rejects.toThrow(
      /0002-broken\.sql, statement 3 of 4 \(ALTER TABLE nowhere ADD x INT\) failed on t_mig_\w+: Table/,
    );
    expect(await migrator().versionOf(target)).toBe(1);
    await query('CREATE TABLE nowhere (id INT)');
    await expect(migrator().migrate(target)).resolves.toMatchObject({ from: 1, to: 2, applied: ['0002-broken'] });
    expect(await query('SELECT * FROM a')).toEqual([{ id: 1 }]);
    expect(await tables()).toEqual(expect.arrayContaining(['a', 'b', 'nowhere']));
  });

  it('accept a statement that had taken effect just before its process was killed', async () => {
    write('0002-two.sql', 'CREATE TABLE a (id INT);\nCREATE TABLE b (id INT)');
    await migrator().migrate(target);
    // As if the process had died between the second statement and its confirmation.
    await query('UPDATE schema_migrations SET applied_at = NULL, statements_begun = 2, statements_done = 1 WHERE version = 2');
    await expect(migrator().migrate(target)).resolves.toMatchObject({ applied: ['0002-two'] });
    // A statement that was never begun and finds its table there is another matter.
    await query('UPDATE schema_migrations SET applied_at = NULL, statements_begun = 1, statements_done = 1 WHERE version = 2');
    await expect(migrator().migrate(target)).rejects.toThrow(/already exists/);
  });

  it('refuse a file that was changed after it was applied, and one that comes too late', async () => {
    write('0003-later.sql', 'CREATE TABLE later (id INT)');
    await migrator().migrate(target);
    write('0002-late.sql', 'CREATE TABLE late (id INT)');
    await expect(migrator().migrate(target)).rejects.toThrow(/0002-late\.sql is older/);
    rmSync(join(folder, '0002-late.sql'));
    write('0001-people.sql', `${FIRST}\n-- harmless?`);
    await expect(migrator().migrate(target)).rejects.toThrow(/0001-people\.sql was changed after/);
    rmSync(join(folder, '0003-later.sql'));
    write('0001-people.sql', FIRST);
    await expect(migrator().migrate(target)).rejects.toThrow(/0003-later, which this version of Jala does not know/);
  });

  it('allow a file to be mended while its first statement has never succeeded', async () => {
    write('0002-broken.sql', 'CREATE TABEL a (id INT)');
    await expect(migrator().migrate(target)).rejects.toThrow(MigrationError);
    write('0002-broken.sql', 'CREATE TABLE a (id INT)');
    await expect(migrator().migrate(target)).resolves.toMatchObject({ applied: ['0002-broken'] });
  });

  it('refuse two files with one number and names that say nothing', () => {
    write('0001-other.sql', 'SELECT 1');
    expect(() => MigrationSet.in(folder)).toThrow('is taken by');
    rmSync(join(folder, '0001-other.sql'));
    write('2-x.sql', 'SELECT 1');
    expect(() => MigrationSet.in(folder)).toThrow('NNNN-what-it-does.sql');
  });

  describe('as a schema dump', () => {
    const dump = () => new SchemaDump(MigrationSet.in(folder));

    it('make the same database as the files themselves, seeds and generated columns included', async () => {
      await expect(dump().install(target)).resolves.toMatchObject({ from: 0, to: 1 });
      expect(await query('SELECT id, name, shout, CAST(born AS CHAR) AS born FROM people')).toEqual([
        { id: 1, name: 'Budi; "Santoso"', shout: 'BUDI; "SANTOSO"', born: '1990-02-28' },
        { id: 2, name: 'Siti ✓', shout: 'SITI ✓', born: null },
      ]);
      await expect(query('INSERT INTO pets VALUES (1, 99)')).rejects.toThrow('foreign key');
      await expect(migrator().migrate(target)).resolves.toMatchObject({ from: 1, applied: [] });
      // Those of other tests go as well, in their time.
      const schemas = async () => (await query("SHOW DATABASES LIKE 't\\_\\_schema%'")).map((row) => String(Object.values(row)[0]));
      const left = new Set(await schemas());
      for (const deadline = Date.now() + 20_000; left.size > 0 && Date.now() < deadline;) {
        await sleep(100);
        const still = await schemas();
        for (const name of left) if (!still.includes(name)) left.delete(name);
      }
      expect([...left]).toEqual([]);
    });

    it('start again after an interrupted installation, and migrate an older database', async () => {
      await query('CREATE TABLE pets (half INT)');
      await dump().install(target);
      expect(await tables()).toEqual(['people', 'pets', 'schema_migrations']);
      write('0002-more.sql', 'CREATE TABLE more (id INT)');
      await expect(dump().install(target)).resolves.toMatchObject({ from: 1, to: 2, applied: ['0002-more'] });
    });

    it('wait for what the server still does for a killed installation', async () => {
      let orphanEnded = false;
      // One packet of several statements, as an installation sends them: the server goes through with it whoever has died.
      const orphan = withConnection(target, (connection) => connection.query('DO SLEEP(1); CREATE TABLE pets (half INT)'), {
        multipleStatements: true,
      }).then(() => (orphanEnded = true));
      await until(async () => {
        const sleeping = "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'DO SLEEP%'";
        return (await query(sleeping)).length > 0;
      });
      await dump().install(target);
      expect(orphanEnded).toBe(true);
      expect(await tables()).toEqual(['people', 'pets', 'schema_migrations']);
      await orphan;
    });

    it("keep off a database that is somebody else's", async () => {
      await query('CREATE TABLE foreign_table (id INT)');
      await expect(dump().install(target)).rejects.toThrow('it has a table foreign_table');
      expect(await tables()).toEqual(['foreign_table']);
    });

    it('carry triggers, which run as whoever installed the schema', async () => {
      write(
        '0002-trigger.sql',
        'CREATE TABLE births (n INT);\nCREATE TRIGGER people_born AFTER INSERT ON people FOR EACH ROW INSERT INTO births VALUES (NEW.id);',
      );
      await dump().install(target);
      await query("INSERT INTO people (id, name) VALUES (3, 'Dewi')");
      expect(await query('SELECT n FROM births')).toEqual([{ n: 3 }]);
      expect(await query('SELECT definer FROM information_schema.triggers WHERE trigger_schema = DATABASE()')).toEqual([
        { definer: expect.stringMatching(/^root@/) },
      ]);
    });

    it('run the files themselves when they make more than tables and triggers', async () => {
      write('0002-view.sql', 'CREATE VIEW names AS SELECT name FROM people');
      await dump().install(target);
      expect(await query('SELECT COUNT(*) AS n FROM names')).toEqual([{ n: 2 }]);
    });
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('waited 10 s in vain');
  }
}

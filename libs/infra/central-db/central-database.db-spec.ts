import { Logger } from '@nestjs/common';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { createTestCentral, type TestCentral } from '@jala/infra/testing';
import { duplicateKeyOf, isConflictWithOthers } from './database-errors';

@Entity('accounts')
class Account {
  @PrimaryColumn({ type: 'int' })
  id: number;

  @Column({ type: 'int' })
  balance: number;
}

describe('the central database', () => {
  let central: TestCentral;
  const db = () => central.database;
  const accounts = () => db().repository(Account);
  const balance = async (id: number) => (await accounts().findOneByOrFail({ id })).balance;
  const add = (id: number, amount: number) => db().query('UPDATE accounts SET balance = balance + ? WHERE id = ?', [amount, id]);

  beforeAll(async () => {
    central = await createTestCentral({ entities: [Account], migrate: false });
    // No unique key over `balance`: its check for doubles also locks the row after a deleted one that is not purged yet. The
    // tests below, which hold a row while they wait for each other, would then wait where the server sees no deadlock.
    await db().query('CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)');
  });
  afterAll(() => central.drop());
  beforeEach(async () => {
    await db().query('DELETE FROM accounts');
    await accounts().insert([
      { id: 1, balance: 10 },
      { id: 2, balance: 20 },
    ]);
  });

  it('commits what succeeds and takes back what fails', async () => {
    await db().transaction(() => add(1, 5));
    const failing = db().transaction(async () => {
      await add(1, 100);
      await accounts().delete({ id: 2 });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect([await balance(1), await balance(2)]).toEqual([15, 20]);
  });

  it('joins the transaction that is open, whoever opened it', async () => {
    const failing = db().transaction(async () => {
      await db().transaction(() => accounts().save({ id: 3, balance: 1 }));
      expect(await balance(3)).toBe(1);
      expect(db().inTransaction()).toBe(true);
      throw new Error('outer failed');
    });
    await expect(failing).rejects.toThrow('outer failed');
    expect(await accounts().countBy({ id: 3 })).toBe(0);
    expect(db().inTransaction()).toBe(false);
  });

  it('keeps concurrent transactions apart', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        db()
          .transaction(async () => {
            await accounts().insert({ id: 100 + index, balance: index });
            if (index % 2 === 0) throw new Error('even');
          })
          .catch((error: unknown) => error),
      ),
    );
    const kept = await accounts().find({ order: { id: 'ASC' } });
    expect(kept.filter(({ id }) => id >= 100).map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => 101 + 2 * index));
  });

  describe('after a commit', () => {
    it('runs what was asked for, once the row is visible to others, and nothing after a rollback', async () => {
      const seen: number[] = [];
      const note = () => db().afterCommit(async () => void seen.push(await balance(1)));
      await db().transaction(async () => {
        note();
        await add(1, 1);
      });
      await db()
        .transaction(async () => {
          note();
          throw new Error('no');
        })
        .catch(() => undefined);
      await eventually(() => expect(seen).toEqual([11]));
      note();
      await eventually(() => expect(seen).toEqual([11, 11]));
    });

    it('does not let a failing hook reach the caller or the other hooks', async () => {
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
      let ran = false;
      await db().transaction(async () => {
        db().afterCommit(() => {
          throw new Error('hook');
        });
        db().afterCommit(() => void (ran = true));
      });
      await eventually(() => expect(ran).toBe(true));
      expect(logged).toHaveBeenCalledWith('Work after a commit failed', expect.objectContaining({ message: 'hook' }));
      logged.mockRestore();
    });

    it('does not run the hooks of an attempt that was repeated', async () => {
      let attempts = 0;
      let hooks = 0;
      await db().transaction(async () => {
        db().afterCommit(() => {
          hooks++;
        });
        if (++attempts < 3) throw Object.assign(new Error('as if'), { errno: 1213 });
      });
      await eventually(() => expect([attempts, hooks]).toEqual([3, 1]));
    });
  });

  describe('when others are in the way', () => {
    /**
     * Both lock one row each and then want the other's. The server gives up the one that changed less, which is the second;
     * answers how many attempts that one took.
     */
    const collide = async (second: (attempt: number) => Promise<unknown>) => {
      let attempts = 0;
      const meeting = barrier(2);
      const one = db().transaction(async () => {
        for (const amount of [1, 1, -1]) await add(1, amount);
        await meeting();
        await add(2, 1);
      });
      const two = db().transaction(async () => {
        attempts++;
        await add(2, 10);
        await meeting();
        await second(attempts);
      });
      await Promise.all([one, two]);
      return attempts;
    };

    it('runs the whole function again in a new transaction', async () => {
      expect(await collide(() => add(1, 10))).toBe(2);
      expect([await balance(1), await balance(2)]).toEqual([21, 31]);
    });

    it('does not commit half of it when the function swallows the deadlock', async () => {
      const swallowed: boolean[] = [];
      const attempts = await collide(async () => {
        await add(1, 10).catch((error: unknown) => swallowed.push(isConflictWithOthers(error)));
        // Without the guard this statement would commit on its own in the rolled-back attempt.
        await accounts()
          .save({ id: 9, balance: 9 })
          .catch(() => undefined);
      });
      expect([attempts, swallowed]).toEqual([2, [true]]);
      expect([await balance(1), await balance(2), await accounts().countBy({ id: 9 })]).toEqual([21, 31, 1]);
    });

    it('gives up after three attempts', async () => {
      let attempts = 0;
      const failing = db().transaction(async () => {
        attempts++;
        throw Object.assign(new Error('lock wait'), { errno: 1205 });
      });
      await expect(failing).rejects.toThrow('lock wait');
      expect(attempts).toBe(3);
    });
  });

  it('says that it is busy instead of waiting for ever, and loses no connection by that', async () => {
    const overrides = { CENTRAL_DB_POOL_MAX: '1', CENTRAL_DB_ACQUIRE_TIMEOUT_MS: '50' };
    const small = await createTestCentral({ migrate: false, overrides });
    try {
      const begun = barrier(2);
      let finish = (): void => undefined;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const first = small.database.transaction(() => begun().then(() => finished));
      await begun();
      const waiting = await Promise.allSettled(Array.from({ length: 3 }, () => small.database.query('SELECT 1')));
      expect(waiting).toEqual(Array(3).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'BUSY' }) as unknown }));
      finish();
      await first;
      expect(await small.database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await small.drop();
    }
  });

  it('refuses work that outlives the transaction it was started in', async () => {
    let late: Promise<unknown> = Promise.resolve();
    await db().transaction(async () => {
      late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => add(1, 1));
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow('has ended');
    expect(await balance(1)).toBe(10);
  });

  it('says which unique key was violated', async () => {
    const error = await accounts()
      .insert({ id: 1, balance: 3 })
      .catch((reason: unknown) => reason);
    expect(duplicateKeyOf(error)).toBe('PRIMARY');
    expect(duplicateKeyOf(new Error('other'))).toBeUndefined();
  });

  it('stores instants as UTC and counts as numbers', async () => {
    const at = new Date('2024-03-15T03:04:05.678Z');
    const [row] = await db().query<{ text: string; back: Date; n: number }[]>(
      'SELECT CAST(? AS CHAR) AS text, TIMESTAMP(?) AS back, COUNT(*) AS n',
      [at, at],
    );
    expect(row).toEqual({ text: '2024-03-15 03:04:05.678', back: at, n: 1 });
  });
});

function barrier(parties: number): () => Promise<void> {
  let waiting = 0;
  let open: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    // Only the first attempts meet; a repeated one finds it open.
    if (++waiting >= parties) open();
    await opened;
  };
}

async function eventually(check: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      check();
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { randomSuffix, rootOfTestServer } from '@jala/infra/testing';
import { withConnection } from './database-target';
import { HeldLock } from './held-lock';

describe('a lock that a process holds', () => {
  it('is on one connection, also when several ask at once after that was cut', async () => {
    const root = await rootOfTestServer();
    const name = `jala-test-${randomSuffix()}`;
    const lock = new HeldLock(root, name);
    const successor = new HeldLock(root, name);
    const holder = (): Promise<number | null> =>
      withConnection(root, async (connection) => {
        const [rows] = await connection.query('SELECT IS_USED_LOCK(?) AS id', [name]);
        return (rows as { id: number | null }[])[0]!.id;
      });
    try {
      expect(await lock.isHeld()).toBe(true);
      expect(await successor.isHeld()).toBe(false);
      await withConnection(root, async (connection) => connection.query(`KILL ${await holder()}`));
      await expect(lock.isHeld()).rejects.toThrow();

      expect(await Promise.all([lock.isHeld(), lock.isHeld(), lock.isHeld()])).toEqual([true, true, true]);
      lock.release();
      // The server notices the end of a connection when it looks.
      while ((await holder()) !== null) await sleep(10);
      expect(await successor.isHeld()).toBe(true);
    } finally {
      lock.release();
      successor.release();
    }
  });
});

import { QueryFailedError } from 'typeorm';
import { duplicateKeyOf, isAccessDenied, isConflictWithOthers, isDatabaseUnavailable, isStillReferenced } from './database-errors';

const error = (facts: object) => new QueryFailedError('SELECT 1', [], Object.assign(new Error('driver'), facts));

describe('errors of the database', () => {
  it.each([{ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, { code: 'ECONNREFUSED' }, { errno: 1927 }, { errno: 1317 }, { fatal: true }])(
    '%j means that the server or the connection is gone',
    (facts) => expect(isDatabaseUnavailable(error(facts))).toBe(true),
  );

  it('of a refused account are not taken for a server that is gone', () => {
    const refused = error({ errno: 1045, fatal: true });
    expect([isDatabaseUnavailable(refused), isAccessDenied(refused)]).toEqual([false, true]);
  });

  it('caused by others are worth another try', () => {
    expect([1213, 1205, 1020, 1062].map((errno) => isConflictWithOthers(error({ errno })))).toEqual([true, true, true, false]);
  });

  it('of a unique key name it, as MariaDB and as MySQL write it', () => {
    const duplicate = (sqlMessage: string) => duplicateKeyOf(error({ errno: 1062, sqlMessage }));
    expect(duplicate("Duplicate entry 'it's' for key 'staff_email'")).toBe('staff_email');
    expect(duplicate("Duplicate entry 'x' for key 'staff.staff_email'")).toBe('staff_email');
    expect(duplicateKeyOf(error({ errno: 1451 }))).toBeUndefined();
    expect(isStillReferenced(error({ errno: 1451 }))).toBe(true);
  });

  it('are nothing else than what they are', () => {
    for (const value of [undefined, null, 'text', new Error('other')]) {
      expect([isDatabaseUnavailable(value), isConflictWithOthers(value), isAccessDenied(value), isStillReferenced(value)]).toEqual([
        false,
        false,
        false,
        false,
      ]);
    }
  });
});

import { SessionState } from './session-state';

const after = (...statements: string[]) => {
  const state = new SessionState();
  for (const sql of statements) {
    state.sent(sql);
    state.succeeded(sql);
  }
  return state;
};

describe('what a session may have kept', () => {
  it.each([
    'SELECT * FROM customers',
    '  (SELECT 1) UNION (SELECT 2)',
    'INSERT INTO a VALUES (?)',
    'WITH x AS (SELECT 1) SELECT * FROM x',
    'UPDATE a SET b = ?',
    'DELETE FROM a',
    'COMMIT',
    'ROLLBACK',
    'SAVEPOINT typeorm_1',
  ])('is nothing after %s', (sql) => expect(after(sql).isClean).toBe(true));

  it.each([
    'SET @a = 1',
    'SELECT @a := 1',
    "SELECT GET_LOCK('x', 1)",
    'SELECT id INTO @a FROM t',
    'CREATE TEMPORARY TABLE x (id INT)',
    'LOCK TABLES a READ',
    'CALL something()',
    'USE elsewhere',
    'PREPARE a FROM "SELECT 1"',
    '/* comment */ SELECT 1',
    'SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'COMMIT AND CHAIN',
  ])('is possibly something after %s', (sql) => expect(after(sql).isClean).toBe(false));

  it('is an open transaction until it has ended for certain', () => {
    expect(after('START TRANSACTION', 'INSERT INTO a VALUES (1)').inTransaction).toBe(true);
    expect(after('BEGIN', 'COMMIT').isClean).toBe(true);
    expect(after('START TRANSACTION', 'ROLLBACK TO SAVEPOINT typeorm_1').inTransaction).toBe(true);
    const failing = after('START TRANSACTION');
    failing.sent('COMMIT');
    expect(failing.isClean).toBe(false);
  });
});

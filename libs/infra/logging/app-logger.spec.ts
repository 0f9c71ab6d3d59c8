import { QueryFailedError } from 'typeorm';
import { AppLogger } from './app-logger';
import { LogContext } from './log-context';

function recorder(): { logger: AppLogger; lines: () => Record<string, unknown>[]; text: () => string } {
  let text = '';
  const logger = new AppLogger({ logLevel: 'info' }, { write: (line: string) => void (text += line) });
  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, text: () => text };
}

describe('the logger', () => {
  it('puts the ids of the request at hand and the context on the line', () => {
    const { logger, lines } = recorder();
    LogContext.run({ request_id: 'r1' }, () => LogContext.run({ job_id: 'j1' }, () => logger.log('hello', 'Routers')));
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', request_id: 'r1', job_id: 'j1', context: 'Routers', msg: 'hello' })]);
  });

  it('takes objects and errors in any place', () => {
    const { logger, lines } = recorder();
    logger.warn({ tenant_count: 3 }, 'Pool');
    logger.error('it failed', new Error('why'), 'Pool');
    logger.error(new Error('alone'));
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', tenant_count: 3, context: 'Pool' }),
      expect.objectContaining({ msg: 'it failed', err: expect.objectContaining({ message: 'why' }), context: 'Pool' }),
      expect.objectContaining({ msg: 'alone', err: expect.objectContaining({ type: 'Error' }) }),
    ]);
  });

  it('writes no secret: neither by name nor inside a database error', () => {
    const { logger, text, lines } = recorder();
    logger.log({
      user: 'budi',
      password: 'hunter2',
      nested: [{ refresh_token: 'hunter2', secret_set: true }],
      headers: { authorization: 'hunter2' },
    });
    const driverError = Object.assign(new Error('Duplicate entry'), { code: 'ER_DUP_ENTRY', sql: "insert 'hunter2'" });
    logger.error('insert failed', new QueryFailedError('insert ?', ['hunter2'], driverError));
    expect(text()).not.toContain('hunter2');
    expect(lines()[0]).toMatchObject({ user: 'budi', nested: [{ secret_set: true }] });
    expect(lines()[1]).toMatchObject({ err: { code: 'ER_DUP_ENTRY' } });
  });
});

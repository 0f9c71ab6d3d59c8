import { DomainError } from '@jala/contracts';
import { isSettled, reasonInWords, StepRefusedError } from './provisioning.rules';

describe('why provisioning failed', () => {
  it('is told in words, without what only the log may say', () => {
    const denied = Object.assign(new Error("Access denied for user 'jala_provision'@'10.0.0.5'"), {
      errno: 1045,
      code: 'ER_ACCESS_DENIED_ERROR',
    });
    expect(reasonInWords(denied)).toMatch(/refused the account/);
    expect(reasonInWords(denied)).not.toMatch(/jala_provision|10\.0/);
    expect(reasonInWords(Object.assign(new Error('connect ECONNREFUSED 10.0.0.5'), { code: 'ECONNREFUSED' }))).toBe(
      'The database server could not be reached.',
    );
    expect(reasonInWords(Object.assign(new Error("CREATE TABLE x ('secret')"), { code: 'ER_PARSE_ERROR' }))).toBe(
      'It stopped with the error ER_PARSE_ERROR. The log has the details.',
    );
    expect(reasonInWords(new StepRefusedError('The domain leads to another tenant.'))).toBe('The domain leads to another tenant.');
    expect(reasonInWords(new DomainError('DOMAIN_TAKEN'))).toBe('It was refused: DOMAIN_TAKEN.');
    expect(reasonInWords(undefined)).toMatch(/unexpected/);
  });
});

it('waits for a person when nothing is on the way', () => {
  expect(isSettled('pending')).toBe(false);
  expect(isSettled('provisioning')).toBe(false);
  expect(isSettled('failed')).toBe(true);
  expect(isSettled('ready')).toBe(true);
});

import { GENERATED_SECRET_LENGTH, routerAddress, secretProblem } from './router.rules';
import { readablePassword } from '@jala/infra/crypto';

describe('the address of a router', () => {
  it.each([
    ['192.168.88.1', '192.168.88.1'],
    [' 10.0.0.1 ', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('%s is kept as %s', (text, canonical) => {
    expect(routerAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    'router.example',
    '10.0.0.0/24',
    '10.0.0',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'fe80::1',
    '::1%eth0',
    '::10.0.0.1',
  ])('%j is none', (text) => {
    expect(() => routerAddress(text)).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', fields: { address: [expect.anything()] } }),
    );
  });
});

describe('the secret of a router', () => {
  it('stays clear of what configuration files and router scripts interpret', () => {
    for (const bad of [
      'with blank',
      'quo"te-quote',
      'back\\slash',
      '$(variable)',
      '{braces}',
      'hash#hash',
      'per%cent',
      'ümlautümlaut',
      "apo'strophe",
    ]) {
      expect(secretProblem(bad)?.code).toBe('characters');
    }
  });

  it('has a least and a greatest length', () => {
    expect(secretProblem('1234567')?.code).toBe('too_short');
    expect(secretProblem('12345678')).toBeUndefined();
    expect(secretProblem('x'.repeat(65))?.code).toBe('too_long');
  });

  it('passes its own rule when generated', () => {
    for (let i = 0; i < 100; i += 1) expect(secretProblem(readablePassword(GENERATED_SECRET_LENGTH))).toBeUndefined();
  });
});

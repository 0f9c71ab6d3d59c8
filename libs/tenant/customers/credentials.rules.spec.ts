import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { generatePassword, generateUsername, passwordProblem, READABLE, USERNAME_MAX, usernameProblem } from './credentials.rules';

describe('usernames', () => {
  it.each([
    'budi',
    'B',
    '0812345',
    'budi.santoso',
    'budi_s-1',
    'budi@isp.net',
    'budi@isp',
    'a+b',
    'AA:BB:CC:DD:EE:FF',
    'x'.repeat(USERNAME_MAX),
  ])('accepts %s', (username) => {
    expect(usernameProblem(username)).toBeUndefined();
  });

  it.each([
    ['', 'required'],
    ['x'.repeat(USERNAME_MAX + 1), 'too_long'],
    ['budi santoso', 'characters'],
    ["o'neil", 'characters'],
    ['büdi', 'characters'],
    ['a/b', 'characters'],
    ['a"b', 'characters'],
    ['a=b', 'characters'],
    ['.budi', 'first_character'],
    ['@isp.net', 'first_character'],
    ['budi..s', 'dots'],
    ['budi.', 'dots'],
    ['budi@', 'realm'],
    ['budi@a.b@c.d', 'realm'],
    ['budi@is+p', 'realm'],
  ])('refuses %j: %s', (username, code) => {
    expect(usernameProblem(username)?.code).toBe(code);
  });
});

describe('passwords', () => {
  it('accepts what all three protocols hash alike, and nothing else', () => {
    expect(passwordProblem('r4h4$ia!')).toBeUndefined();
    expect(passwordProblem('abc')?.code).toBe('too_short');
    expect(passwordProblem('x'.repeat(65))?.code).toBe('too_long');
    expect(passwordProblem('two words')?.code).toBe('characters');
    expect(passwordProblem('kätzchen')?.code).toBe('characters');
    expect(passwordProblem('line\nbreak')?.code).toBe('characters');
  });
});

describe('generated credentials', () => {
  it('use no letter that looks like another', () => {
    expect(READABLE).not.toMatch(/[ilo01]/);
    expect(new Set(READABLE).size).toBe(31);
    for (let i = 0; i < 500; i += 1) expect(generatePassword(randomInt)).toMatch(/^[a-hjkmnp-z2-9]{8}$/);
  });

  it('take the first name, without accents', () => {
    const first = (): number => 0;
    expect(generateUsername('Budi Santoso', first)).toBe('budi-aaaa');
    expect(generateUsername('  Ñandú  López', first)).toBe('nandu-aaaa');
    expect(generateUsername('I. Made', first)).toBe('made-aaaa');
    expect(generateUsername('王小明', first)).toBe('user-aaaa');
  });

  it('property: whatever the customer is called, both pass their own rules', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        expect(usernameProblem(generateUsername(name, randomInt))).toBeUndefined();
        expect(passwordProblem(generatePassword(randomInt))).toBeUndefined();
      }),
    );
  });
});

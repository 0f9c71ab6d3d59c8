import { createSecretKey, randomBytes } from 'node:crypto';
import type { AppConfig } from '@jala/infra/config';
import { SealBrokenError, SecretBox } from './secret-box';
import { constantTimeEquals, randomToken, readablePassword, sha256Hex } from './tokens';

const key = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const boxWith = (...encryptionKeys: ReturnType<typeof key>[]) => new SecretBox({ encryptionKeys } as unknown as AppConfig);

describe('the secret box', () => {
  const old = key('2023');
  const fresh = key('2024');

  it('opens what it sealed, and never seals to the same text twice', () => {
    const box = boxWith(fresh);
    const sealed = box.seal('s3cret ✓', 'tenant:1:db');
    expect(box.open(sealed, 'tenant:1:db')).toBe('s3cret ✓');
    expect(box.seal('s3cret ✓', 'tenant:1:db')).not.toBe(sealed);
    expect(sealed).toMatch(/^v1\.2024\./);
  });

  it('refuses a text that was sealed for another purpose', () => {
    const box = boxWith(fresh);
    expect(() => box.open(box.seal('x', 'tenant:1:db'), 'tenant:2:db')).toThrow(SealBrokenError);
  });

  it('refuses a changed text, a changed key id and what was never sealed', () => {
    const box = boxWith(fresh, old);
    const sealed = box.seal('x', 'p');
    const [format, id, body = ''] = sealed.split('.');
    const flipped = (body.startsWith('A') ? 'B' : 'A') + body.slice(1);
    for (const broken of [`${format}.${id}.${flipped}`, `${format}.2023.${body}`, `${format}.2025.${body}`, `v2.${id}.${body}`, 'x', '']) {
      expect(() => box.open(broken, 'p')).toThrow(SealBrokenError);
    }
  });

  it('rotates to the current key and leaves alone what is current', () => {
    const sealed = boxWith(old).seal('x', 'p');
    const box = boxWith(fresh, old);
    expect(box.needsRotation(sealed)).toBe(true);
    const rotated = box.rotate(sealed, 'p');
    expect(rotated).toMatch(/^v1\.2024\./);
    expect(box.rotate(rotated, 'p')).toBe(rotated);
    expect(boxWith(fresh).open(rotated, 'p')).toBe('x');
    expect(() => boxWith(fresh).open(sealed, 'p')).toThrow('2023 is not configured');
  });
});

describe('tokens', () => {
  it('are long, URL-safe and different each time', () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
    expect(readablePassword(20)).toMatch(/^[2-9a-km-zA-HJ-NP-Z]{20}$/);
  });

  it('are compared whole, also when their lengths differ', () => {
    expect(constantTimeEquals(sha256Hex('a'), sha256Hex('a'))).toBe(true);
    expect(constantTimeEquals('abc', 'abd')).toBe(false);
    expect(constantTimeEquals('abc', 'abcd')).toBe(false);
  });
});

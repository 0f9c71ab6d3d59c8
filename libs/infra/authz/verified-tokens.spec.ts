import type { AccessClaims } from './principal';
import { VerifiedTokens } from './verified-tokens';

const NOW = new Date('2026-01-31T03:00:00.000Z').getTime();
const claims = (sub: string): AccessClaims => ({ sub, aud: 'platform', tid: null, sid: 'live', ver: 1 });

describe('tokens that were verified before', () => {
  let tokens: VerifiedTokens;
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    tokens = new VerifiedTokens();
  });
  afterEach(() => jest.useRealTimers());

  it('are known by every letter of them, until they expire', () => {
    tokens.remember('a.b.c', claims('1'), NOW / 1_000 + 60);
    expect(tokens.find('a.b.c')).toEqual(claims('1'));
    expect(tokens.find('a.b.d')).toBeUndefined();
    jest.setSystemTime(NOW + 59_999);
    expect(tokens.find('a.b.c')).toEqual(claims('1'));
    jest.setSystemTime(NOW + 60_000);
    expect(tokens.find('a.b.c')).toBeUndefined();
  });

  it('make room for later ones', () => {
    for (let index = 0; index <= 10_000; index++) tokens.remember(`token ${index}`, claims('1'), NOW / 1_000 + 60);
    expect(tokens.find('token 0')).toBeUndefined();
    expect(tokens.find('token 1')).toBeDefined();
    expect(tokens.find('token 10000')).toBeDefined();
  });
});

import { canonicalHostAddress, canonicalIpv6Prefix } from './ipv6-prefix';

describe('IPv6 prefixes', () => {
  it.each([
    ['2001:db8:1::/48', '2001:db8:1::/48'],
    [' 2001:0DB8:0001:0000::/64 ', '2001:db8:1::/64'],
    ['2001:db8:1:1f00::/56', '2001:db8:1:1f00::/56'],
    ['fd00::1/128', 'fd00::1/128'],
    ['8000::/1', '8000::/1'],
  ])('%s is %s', (text, prefix) => expect(canonicalIpv6Prefix(text)).toBe(prefix));

  it.each([
    '',
    '2001:db8::',
    '2001:db8::1/64',
    '2001:db8:1:1f80::/56',
    '2001:db8::/129',
    '2001:db8::/0',
    'ff02::/16',
    '::/64',
    '::1/128',
    '192.0.2.0/24',
    '::ffff:192.0.2.0/120',
    'x/64',
  ])('%j is none', (text) => expect(canonicalIpv6Prefix(text)).toBeUndefined());
});

describe('addresses of one host', () => {
  it.each([
    [' 10.0.0.7 ', '10.0.0.7'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['100.64.0.1', '100.64.0.1'],
  ])('%s is %s', (text, address) => expect(canonicalHostAddress(text)).toBe(address));

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '0.0.0.0',
    '127.0.0.1',
    '224.0.0.1',
    '255.255.255.254',
    '255.255.255.255',
    '2001:db8::1',
    '10.0.0.0/24',
  ])('%j is none', (text) => expect(canonicalHostAddress(text)).toBeUndefined());
});

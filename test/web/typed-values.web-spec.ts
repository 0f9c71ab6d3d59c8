import { canonicalPhone } from '@jala/contracts';
import { changes } from '../../apps/web/src/shared/form/changes';
import { parseIp, parseMac } from '../../apps/web/src/shared/format/identifiers';
import { parseMoney, parseRate, parseSize } from '../../apps/web/src/shared/format/parse';

/** What people type into a field, and what the API is then told. */
describe('what people type is understood', () => {
  it.each([
    ['150.000', 15_000_000],
    ['150,000', 15_000_000],
    ['Rp 150.000', 15_000_000],
    ['150000', 15_000_000],
    ['150rb', 15_000_000],
    ['150 ribu', 15_000_000],
    ['1,5 jt', 150_000_000],
    ['1.5jt', 150_000_000],
    ['1.250.000', 125_000_000],
    ['0', 0],
  ])('rupiah: %s', (text, minor) => expect(parseMoney(text, 'IDR')).toBe(minor));

  it.each(['', 'abc', '15,5', '-5', '1.2.3', '1e9'])('not rupiah: "%s"', (text) => expect(parseMoney(text, 'IDR')).toBeUndefined());

  it('counts cents where people do', () => {
    expect(parseMoney('12.50', 'USD')).toBe(1250);
    expect(parseMoney('1,250.75', 'USD')).toBe(125_075);
    expect(parseMoney('1.250,75', 'EUR')).toBe(125_075);
    expect(parseMoney('5000', 'UGX')).toBe(5000);
  });

  it.each([
    ['10M', 10e6],
    ['10', 10e6],
    ['10 Mbps', 10e6],
    ['10\u00a0Mbps', 10e6],
    ['2,5M', 2.5e6],
    ['512k', 512e3],
    ['1G', 1e9],
  ])('bit rates: %s', (text, bps) => expect(parseRate(text)).toBe(bps));
  it.each(['', 'fast', '10T', '-1M', '5000G'])('not a bit rate: "%s"', (text) => expect(parseRate(text)).toBeUndefined());

  it.each([
    ['50', 50e9],
    ['50 GB', 50e9],
    ['1,5G', 1.5e9],
    ['500MB', 500e6],
    ['1T', 1e12],
  ])('volumes: %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    ['0812-3456-7890', 'IDR', '+6281234567890'],
    ['+62 812 3456 7890', 'IDR', '+6281234567890'],
    ['6281234567890', 'IDR', '+6281234567890'],
    ['(021) 555-1234', 'IDR', '+62215551234'],
    ['+256 700 123456', 'IDR', '+256700123456'],
    ['0700 123456', 'UGX', '+256700123456'],
    ['0712 345678', 'KES', '+254712345678'],
  ])('phones: %s where one pays in %s', (text, currency, phone) => expect(canonicalPhone(text, currency)).toBe(phone));
  it.each(['', '12', '0812-ABCD', '+62'])('not a phone: "%s"', (text) => expect(canonicalPhone(text, 'IDR')).toBeUndefined());

  it.each(['aa:bb:cc:dd:ee:ff', 'AA-BB-CC-DD-EE-FF', 'aabb.ccdd.eeff', 'aabbccddeeff'])('addresses of cards: %s', (text) =>
    expect(parseMac(text)).toBe('AA:BB:CC:DD:EE:FF'),
  );
  it('addresses of routers, in their one spelling', () => {
    expect(parseIp(' 10.20.0.1 ')).toBe('10.20.0.1');
    expect(parseIp('2001:DB8:0:0::1')).toBe('2001:db8::1');
    for (const wrong of ['10.20.0', '10.20.0.256', 'router', 'fe80::1::2', '10.20.0.1/24']) expect(parseIp(wrong)).toBeUndefined();
  });

  it('only what somebody changed is sent, so that a colleague’s newer work stays', () => {
    const before = { name: 'Budi', plan: 1, burst: { up: 1, down: 2 } as object | null, notes: null as string | null };
    expect(changes(before, { ...before, burst: { up: 1, down: 2 } })).toEqual({});
    expect(changes(before, { ...before, notes: 'Gate code 12', burst: null })).toEqual({ notes: 'Gate code 12', burst: null });
    expect(changes<{ name: string; secret?: string }>({ name: 'a' }, { name: 'a', secret: 'x' })).toEqual({ secret: 'x' });
  });
});

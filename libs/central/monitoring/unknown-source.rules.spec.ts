import { networkOf, networkPattern, slipsOf } from './unknown-source.rules';

describe('a mistyped address', () => {
  it.each([
    ['another digit', '203.0.113.7', '203.0.113.8'],
    ['a digit too few', '203.0.113.71', '203.0.113.7'],
    ['a digit too many', '203.0.113.7', '203.0.113.71'],
    ['two digits swapped', '203.0.113.71', '203.0.113.17'],
    ['two digits swapped in the middle', '203.0.113.7', '203.0.131.7'],
    ['a digit too many at the beginning', '03.0.113.7', '203.0.113.7'],
    ['another digit of IPv6', '2001:db8::a', '2001:db8::b'],
  ])('is one slip away: %s', (_, wrong, right) => {
    expect(slipsOf(wrong)).toContain(right);
  });

  it('is not what differs twice, nor itself, and the slips are few enough to be looked up', () => {
    expect(slipsOf('203.0.113.7')).not.toContain('203.0.114.8');
    expect(slipsOf('203.0.113.7')).not.toContain('203.0.113.7');
    expect(slipsOf('203.100.113.207').length).toBeLessThan(400);
    expect(slipsOf('2001:db8:1111:2222:3333:4444:5555:6666').length).toBeLessThan(1_500);
  });
});

describe('the network of an address', () => {
  it('is its /24 or its /64', () => {
    expect(networkOf('203.0.113.7')).toBe('203.0.113.');
    expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2');
    expect(networkOf('2001:db8::9')).toBe('2001:db8:0:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
  });

  it('is found by a pattern however zeros are shortened', () => {
    expect(networkPattern('203.0.113.7')).toBe('203.0.113.%');
    expect(networkPattern('2001:db8:1:2::9')).toBe('2001:db8:%');
    expect(networkPattern('2001::9')).toBe('2001:%');
    expect(networkPattern('::1')).toBe('::%');
  });
});

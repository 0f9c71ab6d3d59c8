import fc from 'fast-check';
import { BitRate, canonicalIp, DataSize, FixedClock, IllegalTransitionError, Money, StateMachine } from '.';

describe('BitRate', () => {
  it.each([
    ['10M', 10_000_000],
    ['1,5 Mbps', 1_500_000],
    ['512k', 512_000],
    ['2000000', 2_000_000],
    ['1 Gbps', 1_000_000_000],
  ])('reads %s', (text, bps) => {
    expect(BitRate.parse(text)?.bps).toBe(bps);
  });

  it.each(['', 'fast', '-1M', '10 MB', '9999G'])('refuses %s', (text) => {
    expect(BitRate.parse(text)).toBeUndefined();
  });

  it('survives the way through RouterOS notation', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (bps) => BitRate.parse(BitRate.of(bps).toRouterOs())?.bps === bps));
  });
});

describe('DataSize', () => {
  it('reads decimal and binary units', () => {
    expect(DataSize.parse('10 GB')?.bytes).toBe(10_000_000_000);
    expect(DataSize.parse('1GiB')?.bytes).toBe(1_073_741_824);
    expect(DataSize.parse('ten')).toBeUndefined();
  });

  it('splits into octets and gigawords without losing a byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const { octets, gigawords } = DataSize.of(bytes).toGigawords();
        return octets < 2 ** 32 && gigawords * 2 ** 32 + octets === bytes;
      }),
    );
  });
});

describe('Money', () => {
  it('shows the rupiah without cents although ISO counts them', () => {
    expect(Money.ofMinor(15_000_000, 'IDR').format('id-ID')).toBe('Rp\u00a0150.000');
    expect(Money.ofMinor(150_000, 'KES').format('en-KE')).toBe('Ksh\u00a01,500.00');
  });

  it('refuses fractions of a minor unit and other currencies', () => {
    expect(() => Money.ofMinor(0.5, 'IDR')).toThrow(RangeError);
    expect(() => Money.ofMinor(1, 'IDR').plus(Money.ofMinor(1, 'KES'))).toThrow('cannot combine IDR with KES');
  });
});

describe('StateMachine', () => {
  const door = new StateMachine('door', 'open', { open: ['closed'], closed: ['open', 'locked'], locked: ['closed'] });

  it('allows what the table says and nothing else', () => {
    expect(door.can('open', 'closed')).toBe(true);
    expect(() => door.assert('open', 'locked')).toThrow(IllegalTransitionError);
  });

  it('refuses a table with a state that nothing leads to', () => {
    expect(() => new StateMachine<'on' | 'off' | 'broken'>('lamp', 'on', { on: ['off'], off: ['on'], broken: ['on'] })).toThrow(
      'no way leads to broken',
    );
  });
});

describe('canonicalIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:0DB8:0:0::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/24', undefined],
    ['fe80::1%eth0', undefined],
    ['router.example', undefined],
  ])('%s → %s', (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });
});

describe('FixedClock', () => {
  it('moves only when told', () => {
    const clock = new FixedClock(new Date('2026-01-31T00:00:00Z'));
    clock.advance(1_000);
    expect(clock.now().toISOString()).toBe('2026-01-31T00:00:01.000Z');
  });
});

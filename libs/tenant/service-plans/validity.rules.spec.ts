import fc from 'fast-check';
import { DateTime } from 'luxon';
import { endOfPeriod, firstPeriod, nextPeriod, type Validity } from './validity.rules';

const at = (text: string): Date => new Date(text);
const month: Validity = { value: 1, unit: 'months' };
const jakarta = 'Asia/Jakarta';

describe('validity of a service plan', () => {
  it('counts months from the anchor day, not from the previous end', () => {
    const anchor = at('2026-01-31T03:00:00Z');
    const ends = [1, 2, 3, 4].map((n) => endOfPeriod(anchor, month, n, jakarta).toISOString());
    expect(ends).toEqual(['2026-02-28T03:00:00.000Z', '2026-03-31T03:00:00.000Z', '2026-04-30T03:00:00.000Z', '2026-05-31T03:00:00.000Z']);
    expect(endOfPeriod(at('2028-01-31T03:00:00Z'), month, 1, jakarta).toISOString()).toBe('2028-02-29T03:00:00.000Z');
  });

  it("takes the day from the tenant's calendar, not from UTC", () => {
    // 30 January 20:00 UTC is already 31 January in Jakarta.
    expect(endOfPeriod(at('2026-01-30T20:00:00Z'), month, 1, jakarta).toISOString()).toBe('2026-02-27T20:00:00.000Z');
    expect(endOfPeriod(at('2026-01-30T20:00:00Z'), month, 2, jakarta).toISOString()).toBe('2026-03-30T20:00:00.000Z');
  });

  it('keeps the local time of day across a change of clocks, except for hours', () => {
    const beforeSpring = at('2026-03-28T07:00:00Z'); // 08:00 in Berlin, clocks change the next night
    expect(endOfPeriod(beforeSpring, { value: 7, unit: 'days' }, 1, 'Europe/Berlin').toISOString()).toBe('2026-04-04T06:00:00.000Z');
    expect(endOfPeriod(beforeSpring, { value: 24, unit: 'hours' }, 1, 'Europe/Berlin').toISOString()).toBe('2026-03-29T07:00:00.000Z');
  });

  it('renews early without losing a day and late without charging for the gap', () => {
    const start = firstPeriod(at('2026-01-31T03:00:00Z'), month, jakarta);
    const early = nextPeriod(start, at('2026-02-20T00:00:00Z'), month, jakarta);
    expect(early).toEqual({ anchorAt: start.anchorAt, expiresAt: at('2026-03-31T03:00:00Z') });
    const late = nextPeriod(early, at('2026-04-15T00:00:00Z'), month, jakarta);
    expect(late).toEqual({ anchorAt: at('2026-04-15T00:00:00Z'), expiresAt: at('2026-05-15T00:00:00Z') });
  });

  it('counts on from an end that was set by hand', () => {
    const moved = { anchorAt: at('2026-01-05T03:00:00Z'), expiresAt: at('2026-02-12T03:00:00Z') };
    expect(nextPeriod(moved, at('2026-02-10T00:00:00Z'), month, jakarta).expiresAt).toEqual(at('2026-03-12T03:00:00Z'));
  });

  it('has no end without a validity', () => {
    const now = at('2026-01-05T03:00:00Z');
    expect(firstPeriod(now, null, jakarta)).toEqual({ anchorAt: now, expiresAt: null });
    expect(nextPeriod({ anchorAt: now, expiresAt: now }, now, null, jakarta).expiresAt).toBeNull();
  });

  it('refuses a zone it does not know and a period before the first', () => {
    expect(() => endOfPeriod(at('2026-01-05T03:00:00Z'), month, 1, 'Mars/Olympus')).toThrow(RangeError);
    expect(() => endOfPeriod(at('2026-01-05T03:00:00Z'), month, 0, jakarta)).toThrow(RangeError);
  });

  const instants = fc.date({ min: at('2020-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z'), noInvalidDate: true });
  const zones = fc.constantFrom(jakarta, 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
  const validities = fc.oneof(
    fc.record({ value: fc.integer({ min: 1, max: 36 }), unit: fc.constant('months' as const) }),
    fc.record({ value: fc.integer({ min: 1, max: 400 }), unit: fc.constant('days' as const) }),
    fc.record({ value: fc.integer({ min: 1, max: 9000 }), unit: fc.constant('hours' as const) }),
  );

  it('property: later periods end later, and a month end never drifts from the anchor day', () => {
    fc.assert(
      fc.property(instants, validities, zones, fc.integer({ min: 1, max: 60 }), (anchor, validity, zone, n) => {
        const end = endOfPeriod(anchor, validity, n, zone);
        expect(end.getTime()).toBeGreaterThan(anchor.getTime());
        expect(endOfPeriod(anchor, validity, n + 1, zone).getTime()).toBeGreaterThan(end.getTime());
        if (validity.unit === 'months') {
          const day = DateTime.fromJSDate(anchor, { zone }).day;
          const local = DateTime.fromJSDate(end, { zone });
          expect(local.day).toBe(Math.min(day, local.daysInMonth!));
        }
      }),
    );
  });

  it('property: renewing on time again and again is the same as counting periods from the anchor', () => {
    fc.assert(
      fc.property(instants, validities, zones, fc.integer({ min: 1, max: 30 }), (anchor, validity, zone, times) => {
        let paid = firstPeriod(anchor, validity, zone);
        for (let i = 0; i < times; i += 1) paid = nextPeriod(paid, anchor, validity, zone);
        expect(paid).toEqual({ anchorAt: anchor, expiresAt: endOfPeriod(anchor, validity, times + 1, zone) });
      }),
    );
  });

  it('property: one more period always lies in the future and never takes away what was paid', () => {
    fc.assert(
      fc.property(instants, instants, instants, validities, zones, (anchorAt, expiresAt, now, validity, zone) => {
        const end = nextPeriod({ anchorAt, expiresAt }, now, validity, zone).expiresAt!;
        expect(end.getTime()).toBeGreaterThan(now.getTime());
        expect(end.getTime()).toBeGreaterThan(Math.max(now.getTime(), expiresAt > now && expiresAt >= anchorAt ? expiresAt.getTime() : 0));
      }),
    );
  });
});

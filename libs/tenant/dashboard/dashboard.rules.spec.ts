import { startOfDay, startOfDayBefore } from './dashboard.rules';

const at = (text: string): Date => new Date(text);

describe("the tenant's day", () => {
  it('begins at midnight where the tenant is', () => {
    expect(startOfDay(at('2026-03-10T02:00:00Z'), 'Asia/Jakarta')).toEqual(at('2026-03-09T17:00:00Z'));
    expect(startOfDay(at('2026-03-10T02:00:00Z'), 'America/New_York')).toEqual(at('2026-03-09T04:00:00Z'));
  });

  it('is counted in days and not in hours across a change of clocks', () => {
    expect(startOfDayBefore(at('2026-03-30T10:00:00Z'), 'Europe/Berlin', 2)).toEqual(at('2026-03-27T23:00:00Z'));
    expect(startOfDayBefore(at('2026-03-30T10:00:00Z'), 'Europe/Berlin', 1)).toEqual(at('2026-03-28T23:00:00Z'));
    expect(startOfDay(at('2026-03-30T10:00:00Z'), 'Europe/Berlin')).toEqual(at('2026-03-29T22:00:00Z'));
  });
});

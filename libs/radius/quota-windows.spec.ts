import { type QuotaWindow, usedNow } from './quota-windows';

const now = new Date('2026-03-01T17:00:00Z');
const user = (quotaWindow: QuotaWindow, usedWindow: QuotaWindow, until: number | null) => ({
  usedBytes: 5,
  usedSeconds: 7,
  quotaWindow,
  usedWindow,
  usedUntil: until === null ? null : new Date(now.getTime() + until),
});

describe('what has been used', () => {
  it.each<[string, ReturnType<typeof user>, [number, number]]>([
    ['counts for good without a window', user('total', 'total', null), [5, 7]],
    ['counts a millisecond before the window ends', user('day', 'day', 1), [5, 7]],
    ['counts no more when the window ends', user('day', 'day', 0), [0, 0]],
    ['does not count for a window of another kind', user('month', 'day', 1), [0, 0]],
  ])('%s', (_, row, [bytes, seconds]) => expect(usedNow(row, now)).toEqual({ bytes, seconds }));
});

import { isLoginHours, weekSpans } from './login-hours';

const H = 3600;
const D = 24 * H;

describe('login hours', () => {
  it.each<[string, [number, number][]]>([
    ['Mo', [[0, D]]],
    ['Wk0800-1700', [0, 1, 2, 3, 4].map((day) => [day * D + 8 * H, day * D + 17 * H])],
    ['Sa,Su', [[5 * D, 7 * D]]],
    [
      'Fr-Mo',
      [
        [0, D],
        [4 * D, 8 * D],
      ],
    ],
    [
      'Al2200-0500',
      [
        [0, 5 * H],
        ...[0, 1, 2, 3, 4, 5].map((day): [number, number] => [day * D + 22 * H, (day + 1) * D + 5 * H]),
        [6 * D + 22 * H, 7 * D + 5 * H],
      ],
    ],
    ['Mo0000-1200,Mo1100-2400', [[0, D]]],
    ['Al', []],
    ['Any', []],
    ['Wk,Sa,Su', []],
  ])('%s', (hours, spans) => expect(weekSpans(hours)?.map(({ from, to }) => [from, to])).toEqual(spans));

  it.each([
    '',
    'Never',
    'Mo2500-2600',
    'Wk-Fr',
    'Mo0800',
    'mo',
    'Mo0800-1700;Tu',
    'Mo 0800-1700',
    "Mo'--",
    'Mo0860-0900',
    `${'Mo,'.repeat(90)}Mo`,
  ])('refuses %j', (text) => expect(isLoginHours(text)).toBe(false));
});

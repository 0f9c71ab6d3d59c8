import { BitRate } from '@jala/kernel';
import { isRateLimit, rateLimit } from './rate-limit';

const rate = (text: string): BitRate => BitRate.parse(text)!;
const base = { download: rate('10M'), upload: rate('5M') };

describe('a Mikrotik-Rate-Limit', () => {
  it('names the upload first, because the router receives it', () => {
    expect(rateLimit(base)).toBe('5M/10M');
    expect(rateLimit({ download: rate('1500k'), upload: rate('64000') })).toBe('64k/1500k');
  });

  it('has every field in its place', () => {
    const burst = {
      download: rate('20M'),
      upload: rate('10M'),
      thresholdDownload: rate('8M'),
      thresholdUpload: rate('4M'),
      secondsDownload: 16,
      secondsUpload: 8,
    };
    expect(rateLimit({ ...base, burst })).toBe('5M/10M 10M/20M 4M/8M 8/16');
    expect(rateLimit({ ...base, burst, priority: 3, minimum: { download: rate('1M'), upload: rate('512k') } })).toBe(
      '5M/10M 10M/20M 4M/8M 8/16 3 512k/1M',
    );
    expect(rateLimit({ ...base, priority: 1 })).toBe('5M/10M 0/0 0/0 0/0 1');
    expect(rateLimit({ ...base, minimum: { download: rate('1M'), upload: rate('1M') } })).toBe('5M/10M 0/0 0/0 0/0 8 1M/1M');
  });

  it.each([
    ['a rate of nothing, which RouterOS takes for no limit', { ...base, upload: rate('0') }],
    ['a priority of nine', { ...base, priority: 9 }],
    ['a guaranteed rate above the limit', { ...base, minimum: { download: rate('11M'), upload: rate('1M') } }],
    [
      'a burst below the limit',
      {
        ...base,
        burst: {
          download: rate('9M'),
          upload: rate('9M'),
          thresholdDownload: rate('1M'),
          thresholdUpload: rate('1M'),
          secondsDownload: 1,
          secondsUpload: 1,
        },
      },
    ],
    [
      'a burst without time',
      {
        ...base,
        burst: {
          download: rate('20M'),
          upload: rate('20M'),
          thresholdDownload: rate('1M'),
          thresholdUpload: rate('1M'),
          secondsDownload: 0,
          secondsUpload: 1,
        },
      },
    ],
  ])('is refused with %s', (_, limit) => {
    expect(() => rateLimit(limit)).toThrow(RangeError);
  });

  it('is recognised exactly when RouterOS reads all of it', () => {
    for (const text of ['10M', '5M/10M', '64k/1500k', '5M/10M 10M/20M 4M/8M 8/16 3 512k/1M', '1G/1G', '5M/10M 0/0 0/0 0/0 1']) {
      expect([text, isRateLimit(text)]).toEqual([text, true]);
    }
    for (const text of [
      '',
      '10 Mbps',
      '5M / 10M',
      '5M/10M ',
      ' 5M/10M',
      '5m/10m',
      '5.5M/10M',
      '5M/10M 1M/1M 1M/1M 8/8 9',
      '5M/10M;drop',
      'M/M',
      '-1M/1M',
    ]) {
      expect([text, isRateLimit(text)]).toEqual([text, false]);
    }
  });

  it('that is built is always recognised', () => {
    for (const priority of [undefined, 1, 8])
      for (const minimum of [undefined, base]) expect(isRateLimit(rateLimit({ ...base, priority, minimum }))).toBe(true);
  });
});

import { zoneOffsets } from './zone-offsets';

const from = new Date('2026-01-01T00:00:00Z');
const texts = (zone: string, years = 1) =>
  zoneOffsets(zone, from, years).map((offset) => `${offset.from.toISOString()} ${offset.seconds / 60}`);

describe('the offsets of a zone', () => {
  it('is one where the clocks never change', () => expect(texts('Asia/Jakarta', 30)).toEqual(['2026-01-01T00:00:00.000Z 420']));

  it('has every change of clocks, to the second', () =>
    expect(texts('Europe/Berlin')).toEqual(['2026-01-01T00:00:00.000Z 60', '2026-03-29T01:00:00.000Z 120', '2026-10-25T01:00:00.000Z 60']));

  it('knows changes of half an hour', () =>
    expect(texts('Australia/Lord_Howe')).toEqual([
      '2026-01-01T00:00:00.000Z 660',
      '2026-04-04T15:00:00.000Z 630',
      '2026-10-03T15:30:00.000Z 660',
    ]));

  it('refuses a zone that does not exist', () => expect(() => texts('Mars/Olympus')).toThrow(RangeError));
});

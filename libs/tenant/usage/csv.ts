import { AsyncResource } from 'node:async_hooks';
import { Readable } from 'node:stream';

export type CsvCell = string | number | null;

/** A cell that starts like a formula would run in the spreadsheet of whoever opens the file. */
function cell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly CsvCell[]): string => `${cells.map(cell).join(',')}\r\n`;

/**
 * A file of any length, read page by page as fast as the reader takes it. `nextPage` is asked in the tenant's scope until it
 * gives an empty page; the first one is read at once, so that a mistake is an answer and not a torn file.
 */
export async function csvStream(header: readonly string[], nextPage: () => Promise<readonly (readonly CsvCell[])[]>): Promise<Readable> {
  const first = await nextPage();
  // Whoever pulls the stream has no scope of its own; that of the request lasts until the response is closed.
  const inScope = AsyncResource.bind(nextPage);
  async function* text(): AsyncGenerator<string> {
    // The mark makes Excel read UTF-8.
    yield `\uFEFF${line(header)}`;
    for (let page = first; page.length > 0; page = await inScope()) yield page.map(line).join('');
  }
  return Readable.from(text(), { objectMode: false });
}

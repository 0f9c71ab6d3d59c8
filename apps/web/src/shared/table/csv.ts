import type { PageOf } from '@/api/models';
import { tableQuery, type TableQuery } from '../composables/table';
import type { Column } from './columns';
import { download } from '../download';

/** More rows than a person opens in a spreadsheet; beyond it, narrow the filter. */
const MAX_ROWS = 50_000;

/** A cell that starts like a formula would run in the spreadsheet of whoever opens the file. */
function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** All rows that the filter matches, page by page, with the columns' own texts. */
export async function downloadCsv<T>(
  name: string,
  columns: readonly Column<T>[],
  query: TableQuery,
  fetchPage: (query: TableQuery) => Promise<PageOf<T>>,
): Promise<void> {
  const lines = [columns.map((column) => cell(column.label)).join(',')];
  for (let page = 1; lines.length <= MAX_ROWS; page++) {
    const { data, meta } = await fetchPage(tableQuery({ ...query, page, per_page: 100 }));
    for (const row of data) {
      lines.push(
        columns.map((column) => cell(column.text ? column.text(row) : ((row as Record<string, unknown>)[column.key] as string))).join(','),
      );
    }
    if (data.length === 0 || page * 100 >= meta.total) break;
  }
  // The mark makes Excel read UTF-8.
  download(`${name}-${new Date().toISOString().slice(0, 10)}.csv`, ['\uFEFF', lines.join('\r\n')], 'text/csv;charset=utf-8');
}

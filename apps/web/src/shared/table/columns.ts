import type { RouteLocationRaw } from 'vue-router';

export interface Column<T> {
  /** Also the name of its slot: `#cell-<key>="{ row }"`. */
  key: string;
  label: string;
  /** Plain text of the cell: shown when there is no slot, and written to the CSV file. */
  text?: (row: T) => string | number | null | undefined;
  /** The API's sort key; the header becomes a button. */
  sort?: string;
  align?: 'left' | 'right';
  /** CSS width, e.g. `120px` or `28%`. */
  width?: string;
  /** Hidden until chosen. */
  optional?: boolean;
  /** Always shown; cannot be switched off. The first column always is. */
  fixed?: boolean;
  /** On a phone's card: `title` is its head, `badge` stands beside it, `hide` leaves it out. */
  card?: 'title' | 'subtitle' | 'badge' | 'hide';
}

export interface Filter {
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

export type RowLink<T> = (row: T) => RouteLocationRaw;

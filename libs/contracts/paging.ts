/** What a caller asks of a list. `sort` is a column name the repository knows, never raw SQL. */
export interface PageRequest {
  readonly page: number;
  readonly perPage: number;
  readonly sort?: string;
  readonly order: 'asc' | 'desc';
  readonly search?: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

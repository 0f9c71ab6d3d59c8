/** The column that stands for this name; undefined where none does. Every object has a `constructor`, which is not a column. */
export const sortColumn = (columns: Readonly<Record<string, string>>, name: string | undefined): string | undefined =>
  name !== undefined && Object.hasOwn(columns, name) ? columns[name] : undefined;

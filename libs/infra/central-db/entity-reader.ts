import type { Page, PageRequest } from '@jala/contracts';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** A condition in SQL, with the columns of the table, and what stands for its question marks. */
export type Condition = readonly [sql: string, ...params: unknown[]];

type Column = DataSource['entityMetadatas'][number]['columns'][number];
type Row = Record<string, unknown>;
type RunQuery = <T>(sql: string, params: unknown[]) => Promise<T>;

interface Reading {
  readonly table: string;
  /** Every column under the name of its property. */
  readonly columns: string;
  /** The properties that the driver does not deliver as the entity has them. */
  readonly converted: readonly { readonly property: string; readonly from: (value: unknown) => unknown }[];
}

/** As the driver delivers them, unless the column has a transformer. */
const DELIVERED_AS_THEY_ARE: readonly unknown[] = ['varchar', 'char', 'text', 'int', 'smallint', 'tinyint', 'bigint', 'datetime'];

/**
 * Reads entities without TypeORM's query builder, which takes longer over a statement than the server does, and again over its rows.
 * Columns and conversions are those of the entity, worked out once. The results are plain objects, alike for whoever reads them.
 */
export class EntityReader {
  private readonly readings = new Map<unknown, Reading>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly query: RunQuery,
  ) {}

  async find<E extends ObjectLiteral>(entity: EntityTarget<E>, where: readonly Condition[]): Promise<E[]> {
    return this.select(entity, where, '', []);
  }

  /** @param order columns of the table; it must not leave the order of two rows open */
  async page<E extends ObjectLiteral>(
    entity: EntityTarget<E>,
    where: readonly Condition[],
    order: string,
    { page, perPage }: Pick<PageRequest, 'page' | 'perPage'>,
  ): Promise<Page<E>> {
    const offset = (page - 1) * perPage;
    const rows = await this.select(entity, where, ` ORDER BY ${order} LIMIT ? OFFSET ?`, [perPage, offset]);
    const isLast = rows.length < perPage && (rows.length > 0 || page === 1);
    return { rows, total: isLast ? offset + rows.length : await this.count(entity, where) };
  }

  private async select<E extends ObjectLiteral>(
    entity: EntityTarget<E>,
    where: readonly Condition[],
    rest: string,
    params: readonly unknown[],
  ): Promise<E[]> {
    const { table, columns, converted } = this.readingOf(entity);
    const rows = await this.query<Row[]>(`SELECT ${columns} FROM ${table}${sqlOf(where)}${rest}`, [...paramsOf(where), ...params]);
    for (const row of rows) for (const { property, from } of converted) row[property] = from(row[property]);
    return rows as E[];
  }

  private async count<E extends ObjectLiteral>(entity: EntityTarget<E>, where: readonly Condition[]): Promise<number> {
    const { table } = this.readingOf(entity);
    const [row] = await this.query<{ total: number | string }[]>(`SELECT COUNT(*) AS total FROM ${table}${sqlOf(where)}`, paramsOf(where));
    return Number(row?.total ?? 0);
  }

  private readingOf<E extends ObjectLiteral>(entity: EntityTarget<E>): Reading {
    let reading = this.readings.get(entity);
    if (!reading) this.readings.set(entity, (reading = this.work(entity)));
    return reading;
  }

  private work<E extends ObjectLiteral>(entity: EntityTarget<E>): Reading {
    const { driver } = this.dataSource;
    const { name, tablePath, columns, relations, embeddeds } = this.dataSource.getMetadata(entity);
    if (relations.length > 0 || embeddeds.length > 0) throw new Error(`${name} is more than the row of one table.`);
    const selected = columns.filter(({ isSelect, isVirtual }) => isSelect && !isVirtual);
    return {
      table: driver.escape(tablePath),
      columns: selected.map((column) => `${driver.escape(column.databaseName)} AS ${driver.escape(column.propertyName)}`).join(', '),
      converted: selected.filter(needsConversion).map((column) => ({
        property: column.propertyName,
        from: (value: unknown) => driver.prepareHydratedValue(value, column) as unknown,
      })),
    };
  }
}

const needsConversion = ({ type, transformer }: Column): boolean => transformer !== undefined || !DELIVERED_AS_THEY_ARE.includes(type);

const sqlOf = (where: readonly Condition[]): string => (where.length > 0 ? ` WHERE ${where.map(([sql]) => sql).join(' AND ')}` : '');

const paramsOf = (where: readonly Condition[]): unknown[] => where.flatMap(([, ...params]) => params);

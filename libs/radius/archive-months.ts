const PARTITION = /^m(\d{4})(\d{2})$/;

/** The first instant of the month so many months before the one of `now` (UTC); 0 is the present month. */
export function monthsBefore(now: Date, months: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months));
}

const nameOf = (month: Date): string => `m${month.toISOString().slice(0, 7).replace('-', '')}`;

const literal = (instant: Date): string => `'${instant.toISOString().slice(0, 10)}'`;

export interface ArchiveWish {
  /** Partitions that are there. */
  readonly present: readonly string[];
  /** Each month from this instant on has a partition, as far as `until`. */
  readonly from: Date;
  readonly until: Date;
  /** Months that end before or at this instant are dropped. */
  readonly keepFrom: Date;
}

/**
 * Statements that give radacct_archive one partition for each month that sessions are about to be moved into, and take away those
 * that are kept no longer. A partition in front of an existing one cannot be split off, so months before the first one
 * share it.
 */
export function archiveStatements(database: string, { present, from, until, keepFrom }: ArchiveWish): string[] {
  if (!/^t_[0-9a-z_]{1,48}$/.test(database)) throw new RangeError(`not a tenant database: ${database}`);
  const table = `\`${database}\`.radacct_archive`;
  const months = present
    .map((name) => PARTITION.exec(name))
    .filter((match) => match !== null)
    .map(([name, year, month]) => ({ name, end: new Date(Date.UTC(Number(year), Number(month))) }))
    .sort((a, b) => a.end.getTime() - b.end.getTime());
  const statements: string[] = [];
  const added: { name: string; end: Date }[] = [];
  let month = monthsBefore(months.at(-1)?.end ?? from, 0);
  while (month < until) {
    const end = monthsBefore(month, -1);
    added.push({ name: nameOf(month), end });
    month = end;
  }
  if (added.length > 0) {
    const parts = added.map(({ name, end }) => `PARTITION ${name} VALUES LESS THAN (${literal(end)})`);
    statements.push(
      `ALTER TABLE ${table} REORGANIZE PARTITION later INTO (${parts.join(', ')}, PARTITION later VALUES LESS THAN (MAXVALUE))`,
    );
  }
  const old = [...months, ...added].filter(({ end }) => end <= keepFrom).map(({ name }) => name);
  if (old.length > 0) statements.push(`ALTER TABLE ${table} DROP PARTITION ${old.join(', ')}`);
  return statements;
}

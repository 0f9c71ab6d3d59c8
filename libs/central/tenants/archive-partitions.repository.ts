import { Injectable } from '@nestjs/common';
import { withConnection } from '@jala/infra/central-db';
import { archiveStatements, type ArchiveWish } from '@jala/radius';
import { DbHostsRepository } from './db-hosts.repository';

/** The months of radacct_archive. Changing a table is not in the rights of a tenant's own account. */
@Injectable()
export class ArchivePartitionsRepository {
  constructor(private readonly hosts: DbHostsRepository) {}

  /** @returns how many statements that took */
  async arrange({ host, db }: { host: string; db: string }, wish: Omit<ArchiveWish, 'present'>): Promise<number> {
    return withConnection(await this.hosts.administration(host), async (connection) => {
      const [rows] = await connection.query(
        "SELECT partition_name AS name FROM information_schema.partitions WHERE table_schema = ? AND table_name = 'radacct_archive'",
        [db],
      );
      const statements = archiveStatements(db, { ...wish, present: (rows as { name: string }[]).map(({ name }) => name) });
      // Accounting waits for nothing here: a statement that does not get the table at once is tried in the next round.
      await connection.query('SET SESSION lock_wait_timeout = 5');
      for (const statement of statements) await connection.query(statement);
      return statements.length;
    });
  }
}

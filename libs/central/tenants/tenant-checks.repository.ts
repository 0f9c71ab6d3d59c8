import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';

/** What the operator asks of a tenant's database, with the tenant's own rights. */
@Injectable()
export class TenantChecksRepository {
  constructor(private readonly db: TenantDatabase) {}

  async currentDatabase(): Promise<string | null> {
    const [row] = await this.db.query<{ name: string | null }[]>('SELECT DATABASE() AS name');
    return row?.name ?? null;
  }

  async ownGrants(): Promise<string[]> {
    const rows = await this.db.query<Record<string, string>[]>('SHOW GRANTS');
    return rows.flatMap((row) => Object.values(row));
  }

  /** Nothing is changed: the server refuses any statement that would. */
  async read(sql: string): Promise<Record<string, unknown>[]> {
    return this.db.transaction(async () => {
      // Takes the place of the transaction that has just been opened.
      await this.db.query('START TRANSACTION READ ONLY');
      return this.db.query<Record<string, unknown>[]>(sql);
    });
  }
}

import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';

/** What the operator asks of a tenant's database, with the tenant's own rights. */
@Injectable()
export class TenantChecksRepository {
  constructor(private readonly db: TenantDatabase) {}

  /** Nothing is changed: the server refuses any statement that would. */
  async read(sql: string): Promise<Record<string, unknown>[]> {
    return this.db.transaction(async () => {
      // Takes the place of the transaction that has just been opened.
      await this.db.query('START TRANSACTION READ ONLY');
      return this.db.query<Record<string, unknown>[]>(sql);
    });
  }
}

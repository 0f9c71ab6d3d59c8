import { Injectable } from '@nestjs/common';
import { TenantDatabase, type TenantSeed } from '@jala/infra/tenancy';

@Injectable()
export class SettingsSeedRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Settings that are there already were perhaps changed by the owner: they stay. */
  async insertMissing({ name, timezone, currency, locale }: TenantSeed): Promise<void> {
    await this.database.query(
      'INSERT INTO settings (id, name, timezone, currency, locale) VALUES (1, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = id',
      [name, timezone, currency, locale],
    );
  }
}

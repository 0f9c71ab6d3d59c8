import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@jala/infra/tenancy';
import { TenantSettings } from './settings.entity';

const THE_ROW = { id: 1 } as const;

@Injectable()
export class SettingsRepository {
  constructor(private readonly db: TenantDatabase) {}

  async get(): Promise<TenantSettings> {
    return this.db.repository(TenantSettings).findOneByOrFail(THE_ROW);
  }

  async getForUpdate(): Promise<TenantSettings> {
    return this.db.repository(TenantSettings).createQueryBuilder('settings').where(THE_ROW).setLock('pessimistic_write').getOneOrFail();
  }

  async save(settings: TenantSettings): Promise<TenantSettings> {
    return this.db.repository(TenantSettings).save(settings);
  }
}

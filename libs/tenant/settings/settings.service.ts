import { Injectable } from '@nestjs/common';
import { type Actor, DomainError } from '@jala/contracts';
import { given } from '@jala/kernel';
import { TenantDatabase, type TenantProfile, TenantProfiles, TenantScope } from '@jala/infra/tenancy';
import { RadiusWriter } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import type { TenantSettings } from './settings.entity';
import { SettingsRepository } from './settings.repository';

export interface SettingsView extends TenantProfile {
  readonly phone: string | null;
  readonly address: string | null;
}

export type SettingsChange = Partial<SettingsView>;

@Injectable()
export class SettingsService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly settings: SettingsRepository,
    private readonly profiles: TenantProfiles,
    private readonly radius: RadiusWriter,
    private readonly activity: ActivityLog,
  ) {}

  async get(_actor: Actor): Promise<SettingsView> {
    return viewOf(await this.settings.get(), await this.profiles.read(TenantScope.current().id));
  }

  /**
   * Amounts keep the currency they were written in; a new one is for what is written from now on.
   * @throws DomainError VALIDATION_FAILED
   */
  async update(actor: Actor, change: SettingsChange): Promise<SettingsView> {
    const { id, slug } = TenantScope.current();
    return this.db.transaction(async () => {
      const row = await this.settings.getForUpdate();
      const before = viewOf(row, await this.profiles.read(id));
      const after = { ...before, ...given(change) };
      await this.settings.save(Object.assign(row, after));
      // Days, weeks and login hours are the tenant's own.
      if (after.timezone !== before.timezone) await this.followZone(after.timezone);
      await this.activity.record(actor, 'settings.updated', { type: 'settings', id: null, label: slug }, { before, after });
      // Last: it is the platform's database, which a rollback here would not reach.
      await this.profiles.write(id, profileOf(after));
      return after;
    });
  }

  private async followZone(timezone: string): Promise<void> {
    try {
      await this.radius.followZone(timezone);
    } catch (error) {
      if (error instanceof RangeError) throw DomainError.field('timezone', 'unknown', 'An IANA time zone such as Asia/Jakarta.');
      throw error;
    }
  }
}

const profileOf = ({ name, timezone, currency, locale }: TenantProfile): TenantProfile => ({ name, timezone, currency, locale });

const viewOf = ({ phone, address }: TenantSettings, profile: TenantProfile): SettingsView => ({ ...profile, phone, address });

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
  readonly keepSessionsMonths: number;
  readonly keepLoginsDays: number;
}

/** A month is what an argument about a bill needs at least; ten years is longer than any law asks for. */
export const KEEP_SESSIONS_MONTHS = { min: 1, max: 120 } as const;
export const KEEP_LOGINS_DAYS = { min: 7, max: 730 } as const;

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
   * What is kept for a shorter time is gone for good, so that only the owner decides about it.
   * @throws DomainError VALIDATION_FAILED, FORBIDDEN
   */
  async update(actor: Actor, wanted: SettingsChange): Promise<SettingsView> {
    const { id, slug } = TenantScope.current();
    return this.db.transaction(async () => {
      const row = await this.settings.getForUpdate();
      const before = viewOf(row, await this.profiles.read(id));
      const after = { ...before, ...given(wanted) };
      if (keepsOther(before, after) && actor.role !== 'owner') throw new DomainError('FORBIDDEN');
      await this.settings.save(Object.assign(row, after));
      // Days, weeks and login hours are the tenant's own.
      if (after.timezone !== before.timezone) await this.followZone(after.timezone);
      const change = { before: auditOf(before), after: auditOf(after) };
      await this.activity.record(actor, 'settings.updated', { type: 'settings', id: null, label: slug }, change);
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

/** In the words of the API. */
const auditOf = ({ keepSessionsMonths, keepLoginsDays, ...view }: SettingsView): Record<string, unknown> => ({
  ...view,
  keep_sessions_months: keepSessionsMonths,
  keep_logins_days: keepLoginsDays,
});

const keepsOther = (before: SettingsView, after: SettingsView): boolean =>
  before.keepSessionsMonths !== after.keepSessionsMonths || before.keepLoginsDays !== after.keepLoginsDays;

const viewOf = (row: TenantSettings, profile: TenantProfile): SettingsView => ({
  ...profile,
  phone: row.phone,
  address: row.address,
  keepSessionsMonths: row.keepSessionsMonths,
  keepLoginsDays: row.keepLoginsDays,
});

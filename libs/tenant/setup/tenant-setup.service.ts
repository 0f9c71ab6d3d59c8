import { Injectable } from '@nestjs/common';
import { type OwnerAccount, type TenantSeed, TenantSetup } from '@jala/infra/tenancy';
import { RadiusWriter } from '@jala/radius';
import { TenantStaffService } from '@jala/tenant/staff';
import { SettingsSeedRepository } from './settings-seed.repository';

/** Fills a fresh tenant database. Roles need no rows: without one a role may do what Jala ships. */
@Injectable()
export class TenantSetupService extends TenantSetup {
  constructor(
    private readonly settings: SettingsSeedRepository,
    private readonly staff: TenantStaffService,
    private readonly radius: RadiusWriter,
  ) {
    super();
  }

  async seed(seed: TenantSeed): Promise<void> {
    await this.settings.insertMissing(seed);
    // Usage is counted by the days of this zone from the first session on.
    await this.radius.followZone(seed.timezone);
  }

  ensureOwner(owner: OwnerAccount): Promise<void> {
    return this.staff.ensureOwner(owner);
  }

  inviteOwner(email: string): Promise<string> {
    return this.staff.inviteOwner(email);
  }
}

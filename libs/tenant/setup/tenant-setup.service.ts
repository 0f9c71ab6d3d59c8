import { Injectable } from '@nestjs/common';
import { type OwnerAccount, type TenantSeed, TenantSetup } from '@jala/infra/tenancy';
import { TenantStaffService } from '@jala/tenant/staff';
import { SettingsSeedRepository } from './settings-seed.repository';

/** Fills a fresh tenant database. Roles need no rows: without one a role may do what Jala ships. */
@Injectable()
export class TenantSetupService extends TenantSetup {
  constructor(
    private readonly settings: SettingsSeedRepository,
    private readonly staff: TenantStaffService,
  ) {
    super();
  }

  seed(seed: TenantSeed): Promise<void> {
    return this.settings.insertMissing(seed);
  }

  ensureOwner(owner: OwnerAccount): Promise<void> {
    return this.staff.ensureOwner(owner);
  }

  inviteOwner(email: string): Promise<string> {
    return this.staff.inviteOwner(email);
  }
}

import type { Command } from '../command';
import { keysRotate, radiusCertificate, radiusReconcile } from './maintenance';
import { migrate } from './migrate';
import { seedDemo, seedSuperadmin } from './seed';
import { tenantsCreate, tenantsHarden, tenantsList, tenantsMigrate, tenantsRun } from './tenants';

export const commands: readonly Command[] = [
  migrate,
  seedSuperadmin,
  seedDemo,
  tenantsList,
  tenantsCreate,
  tenantsMigrate,
  tenantsRun,
  tenantsHarden,
  keysRotate,
  radiusReconcile,
  radiusCertificate,
];

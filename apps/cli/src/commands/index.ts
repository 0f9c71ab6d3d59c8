import type { Command } from '../command';
import { jobsFailed, jobsRetry } from './jobs';
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
  jobsFailed,
  jobsRetry,
  keysRotate,
  radiusReconcile,
  radiusCertificate,
];

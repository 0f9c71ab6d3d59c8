import { TenantDomain } from './domain.entity';
import { ProvisioningStep } from './provisioning-step.entity';
import { Tenant } from './tenant.entity';

export const tenantsEntities = [Tenant, TenantDomain, ProvisioningStep];

export { AccountingUpkeepService } from './accounting-upkeep.service';
export { DbHostsRepository } from './db-hosts.repository';
export { TenantDomain } from './domain.entity';
export { DomainsService } from './domains.service';
export {
  PROVISIONING_STEPS,
  type ProvisioningStepName,
  type ProvisioningView,
  STEP_STATUSES,
  type StepStatus,
  isSettled,
} from './provisioning.rules';
export { ProbeHosting } from './probe-hosting.service';
export { ProvisioningService } from './provisioning.service';
export { TenantExports, type ExportFile } from './tenant-export';
export { TenantMaintenanceService } from './tenant-maintenance.service';
export type { TenantView } from './tenant-views';
export { TenantDirectoryModule, TenantsModule, TenantsWorkerModule } from './tenants.module';
export { type NewTenant, type TenantChange, TenantsService } from './tenants.service';

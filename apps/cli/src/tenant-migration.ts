import { DbHostsRepository, TenantMaintenanceService } from '@jala/central/tenants';
import { withProgram } from './program';
import { report } from './report';

export function migrateTenants(): Promise<number> {
  return withProgram(async (program) => {
    await program.get(DbHostsRepository, { strict: false }).ensureDefault();
    return report(await program.get(TenantMaintenanceService, { strict: false }).migrateAll());
  });
}

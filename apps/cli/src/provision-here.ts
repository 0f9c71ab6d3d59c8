import type { INestApplicationContext } from '@nestjs/common';
import { systemActor } from '@jala/contracts';
import { ProvisioningService, TenantsService, type TenantView } from '@jala/central/tenants';
import { TenantDirectory, TenantScope } from '@jala/infra/tenancy';

/** Sets a tenant up in this process. A worker that wants to do it meanwhile waits, and then finds it done. */
export async function provisionHere(program: INestApplicationContext, tenant: TenantView): Promise<TenantView> {
  const actor = systemActor('command line');
  const tenants = program.get(TenantsService, { strict: false });
  if (tenant.status === 'failed') await tenants.retry(actor, tenant.id);
  const context = await program.get(TenantDirectory, { strict: false }).byId(tenant.id);
  await TenantScope.run(context, () => program.get(ProvisioningService, { strict: false }).run(tenant.id, { lastAttempt: true }));
  return tenants.get(actor, tenant.id);
}

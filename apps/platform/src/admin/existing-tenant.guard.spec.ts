import type { ExecutionContext } from '@nestjs/common';
import { systemActor } from '@jala/contracts';
import type { ProvisioningService } from '@jala/central/tenants';
import { ExistingTenantGuard } from './existing-tenant.guard';

describe('the guard of a tenant’s events', () => {
  const asked: number[] = [];
  const guard = new ExistingTenantGuard({
    progress: async (_actor: unknown, id: number) => void asked.push(id),
  } as unknown as ProvisioningService);
  const to = (id: string): ExecutionContext =>
    ({ switchToHttp: () => ({ getRequest: () => ({ params: { id }, principal: { actor: systemActor('test') } }) }) }) as never;

  it('asks for the tenant, and leaves what is no number to the check of the parameter', async () => {
    for (const id of ['7', 'seven', '7.5', '1e999']) await expect(guard.canActivate(to(id))).resolves.toBe(true);
    expect(asked).toEqual([7]);
  });
});

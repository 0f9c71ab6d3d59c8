import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { ProvisioningService } from '@jala/central/tenants';
import type { RequestWithPrincipal } from '@jala/infra/authz';

/**
 * For event streams: Nest commits their headers as soon as the handler has been called, so a tenant that does not exist
 * must be found missing before. Runs after the access guard.
 */
@Injectable()
export class ExistingTenantGuard implements CanActivate {
  constructor(private readonly provisioning: ProvisioningService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RequestWithPrincipal & { params: { id: string } }>();
    const actor: Actor | undefined = request.principal?.actor;
    const id = Number(request.params.id);
    // What is no number is refused by the pipe of the parameter, which comes next.
    if (actor && Number.isSafeInteger(id)) await this.provisioning.progress(actor, id);
    return true;
  }
}

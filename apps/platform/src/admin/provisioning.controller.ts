import { Controller, Get, HttpCode, type MessageEvent, Param, ParseIntPipe, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { ProvisioningService, TenantsService } from '@jala/central/tenants';
import { Can, CurrentActor } from '@jala/infra/authz';
import type { Observable } from 'rxjs';
import { Post, Sse } from '../http/methods';
import { ExistingTenantGuard } from './existing-tenant.guard';
import { ProvisioningDto, toProvisioning } from './provisioning.dto';
import { provisioningEvents } from './provisioning-events';
import { TenantDto, toTenant } from './tenants.dto';

@ApiTags('tenants')
@Controller('platform/tenants/:id')
export class ProvisioningController {
  constructor(
    private readonly provisioning: ProvisioningService,
    private readonly tenants: TenantsService,
  ) {}

  /** How far the tenant has been set up. */
  @Get('provisioning')
  @Can('tenants.view')
  @ApiOkResponse({ type: ProvisioningDto })
  async progress(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<ProvisioningDto> {
    return toProvisioning(await this.provisioning.progress(actor, id));
  }

  /** The same, live: an event `progress` now and at every change, until the tenant is ready or has failed. */
  @Sse('provisioning/events')
  @Can('tenants.view')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ type: ProvisioningDto, description: 'The data of each event `progress`' })
  @UseGuards(ExistingTenantGuard)
  events(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Observable<MessageEvent> {
    return provisioningEvents(
      () => this.provisioning.progress(actor, id),
      (changed) => this.provisioning.follow(id, changed),
    );
  }

  /** Continues where setting up the tenant failed. */
  @Post('retry')
  @HttpCode(200)
  @Can('tenants.manage')
  @ApiOkResponse({ type: TenantDto })
  async retry(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<TenantDto> {
    return toTenant(await this.tenants.retry(actor, id));
  }
}

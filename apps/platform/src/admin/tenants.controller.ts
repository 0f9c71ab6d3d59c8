import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Put, Query, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { TenantsService } from '@jala/central/tenants';
import { Can, CurrentActor } from '@jala/infra/authz';
import { Post } from '../http/methods';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';
import {
  CreateTenantDto,
  DeleteTenantDto,
  SubscribeTenantDto,
  SuspendTenantDto,
  TenantDto,
  TenantPageDto,
  TenantQuery,
  toTenant,
  UpdateTenantDto,
} from './tenants.dto';

@ApiTags('tenants')
@Controller('platform/tenants')
@Can('tenants.manage')
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @Get()
  @Can('tenants.view')
  @ApiOkResponse({ type: TenantPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: TenantQuery): Promise<PageBody<TenantDto>> {
    return toPage(await this.tenants.list(actor, pageRequestOf(query), { status: query.status }), query, toTenant);
  }

  @Get(':id')
  @Can('tenants.view')
  @ApiOkResponse({ type: TenantDto })
  async get(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<TenantDto> {
    return toTenant(await this.tenants.get(actor, id));
  }

  /** Answers at once; a worker sets the tenant up. Follow it with GET provisioning. */
  @Post()
  @ApiCreatedResponse({ type: TenantDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateTenantDto): Promise<TenantDto> {
    const created = await this.tenants.create(actor, {
      name: body.name,
      slug: body.slug,
      ownerName: body.owner_name,
      ownerEmail: body.owner_email,
      ownerPassword: body.owner_password,
      planId: body.plan_id,
      billingPeriod: body.billing_period,
      timezone: body.timezone ?? 'Asia/Jakarta',
      currency: body.currency ?? 'IDR',
      locale: body.locale ?? 'id',
    });
    return toTenant(created);
  }

  @Patch(':id')
  @ApiOkResponse({ type: TenantDto })
  async update(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: UpdateTenantDto): Promise<TenantDto> {
    return toTenant(await this.tenants.update(actor, id, { name: body.name, ownerName: body.owner_name, ownerEmail: body.owner_email }));
  }

  /** Its people cannot log in and its routers get no answer to new logins, until it is resumed. */
  @Post(':id/suspend')
  @HttpCode(200)
  @ApiOkResponse({ type: TenantDto })
  async suspend(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: SuspendTenantDto): Promise<TenantDto> {
    return toTenant(await this.tenants.suspend(actor, id, body.reason));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOkResponse({ type: TenantDto })
  async resume(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<TenantDto> {
    return toTenant(await this.tenants.resume(actor, id));
  }

  /** Ends all access; a worker then writes the export. Cannot be undone from here. */
  @Post(':id/archive')
  @HttpCode(200)
  @ApiOkResponse({ type: TenantDto })
  async archive(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<TenantDto> {
    return toTenant(await this.tenants.archive(actor, id));
  }

  /** The tenant's whole database as compressed SQL. */
  @Get(':id/export')
  @ApiProduces('application/gzip')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async export(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<StreamableFile> {
    const { name, bytes, stream } = await this.tenants.openExport(actor, id);
    return new StreamableFile(stream, { type: 'application/gzip', disposition: `attachment; filename="${name}"`, length: bytes });
  }

  /** Database, accounts, export and domains go; a worker does it. */
  @Delete(':id')
  @HttpCode(202)
  @ApiAcceptedResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: DeleteTenantDto): Promise<void> {
    return this.tenants.remove(actor, id, body.confirm_slug);
  }

  @Put(':id/subscription')
  @ApiOkResponse({ type: TenantDto })
  async subscribe(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: SubscribeTenantDto,
  ): Promise<TenantDto> {
    return toTenant(await this.tenants.subscribe(actor, id, body.plan_id, body.billing_period));
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { type RegistrationView, RouterRegistryService } from '@jala/central/routers';
import { Can, CurrentActor } from '@jala/infra/authz';
import { type PageBody, PageMetaDto, PageQuery, pageRequestOf, toPage } from '../http/paging';

export class RegistryTenantDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() slug: string;
}

export class RegistryRouterDto {
  @ApiProperty() id: number;
  @ApiProperty({ type: RegistryTenantDto }) tenant: RegistryTenantDto;
  @ApiProperty() name: string;
  @ApiProperty() address: string;
  @ApiProperty({ description: 'False while its tenant is out of service' }) enabled: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) published_at: string | null;
  @ApiProperty({ type: String, nullable: true }) publish_error: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class RegistryRouterPageDto {
  @ApiProperty({ type: [RegistryRouterDto] }) data: RegistryRouterDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

const toRegistryRouter = (router: RegistrationView): RegistryRouterDto => ({
  id: router.id,
  tenant: { id: router.tenantId, name: router.tenantName, slug: router.tenantSlug },
  name: router.name,
  address: router.address,
  enabled: router.enabled,
  published_at: router.publishedAt?.toISOString() ?? null,
  publish_error: router.publishError,
  created_at: router.createdAt.toISOString(),
});

/** The routers of all tenants, as RADIUS knows them. */
@ApiTags('routers')
@Controller('platform/routers')
export class RegistryRoutersController {
  constructor(private readonly registry: RouterRegistryService) {}

  @Get()
  @Can('monitoring.view')
  @ApiOkResponse({ type: RegistryRouterPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<PageBody<RegistryRouterDto>> {
    return toPage(await this.registry.list(actor, pageRequestOf(query)), query, toRegistryRouter);
  }
}

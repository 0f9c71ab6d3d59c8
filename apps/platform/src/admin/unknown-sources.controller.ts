import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { LIKENESSES, type Likeness, UnknownSourcesService, type UnknownSourceView } from '@jala/central/monitoring';
import { Can, CurrentActor } from '@jala/infra/authz';
import { type PageBody, PageMetaDto, PageQuery, pageRequestOf, toPage } from '../http/paging';
import { RegistryTenantDto } from './routers.controller';

export class LikelyRouterDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() address: string;
  @ApiProperty({ type: RegistryTenantDto }) tenant: RegistryTenantDto;
  @ApiProperty({ description: 'False while its tenant is out of service' }) enabled: boolean;
  @ApiProperty({
    enum: LIKENESSES,
    description: 'one_slip: a digit differs, is missing, too many or swapped. same_network: same /24 or /64',
  })
  likeness: Likeness;
}

export class UnknownSourceDto {
  @ApiProperty() address: string;
  @ApiProperty({ description: 'Packets to the authentication port: at least so many' }) auth_packets: number;
  @ApiProperty({ description: 'Packets to the accounting port: at least so many' }) acct_packets: number;
  @ApiProperty({ format: 'date-time' }) first_seen_at: string;
  @ApiProperty({ format: 'date-time', description: 'To 30 seconds' }) last_seen_at: string;
  @ApiProperty({ type: [LikelyRouterDto], description: 'Registered routers that may be meant, the likeliest first' })
  likely_routers: LikelyRouterDto[];
}

export class UnknownSourcePageDto {
  @ApiProperty({ type: [UnknownSourceDto] }) data: UnknownSourceDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

const toUnknownSource = (source: UnknownSourceView): UnknownSourceDto => ({
  address: source.address,
  auth_packets: source.authPackets,
  acct_packets: source.acctPackets,
  first_seen_at: source.firstSeenAt.toISOString(),
  last_seen_at: source.lastSeenAt.toISOString(),
  likely_routers: source.likely.map((router) => ({
    id: router.id,
    name: router.name,
    address: router.address,
    tenant: { id: router.tenantId, name: router.tenantName, slug: router.tenantSlug },
    enabled: router.enabled,
    likeness: router.likeness,
  })),
});

@ApiTags('routers')
@Controller('platform/unknown-sources')
export class UnknownSourcesController {
  constructor(private readonly sources: UnknownSourcesService) {}

  /** Addresses that RADIUS packets come from although no router is registered for them; the last seen first. Kept for seven days. */
  @Get()
  @Can('monitoring.view')
  @ApiOkResponse({ type: UnknownSourcePageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<PageBody<UnknownSourceDto>> {
    return toPage(await this.sources.list(actor, pageRequestOf(query)), query, toUnknownSource);
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { type Actor, ROUTER_CONNECTIONS, type RouterConnection } from '@jala/contracts';
import { REGISTRATION_CONCERNS, type RegistrationConcern, type RegistrationView, RouterRegistryService } from '@jala/central/routers';
import { Can, CurrentActor } from '@jala/infra/authz';
import { SIGNATURES, type Signature } from '@jala/radius';
import { IsIn, IsOptional } from 'class-validator';
import { type PageBody, PageMetaDto, PageQuery, pageRequestOf, toPage } from '../http/paging';

export class RegistryQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: REGISTRATION_CONCERNS,
    description:
      'weak: may send unsigned requests, or is refused because it does. wrong_secret: sent something with another secret within a day',
  })
  @IsOptional()
  @IsIn(REGISTRATION_CONCERNS)
  concern?: RegistrationConcern;
}

export class RegistryTenantDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty() slug: string;
}

export class RegistryRouterDto {
  @ApiProperty() id: number;
  @ApiProperty({ type: RegistryTenantDto }) tenant: RegistryTenantDto;
  @ApiProperty() name: string;
  @ApiProperty({ enum: ROUTER_CONNECTIONS }) connection: RouterConnection;
  @ApiProperty({ type: String, nullable: true, description: 'Null with radsec' }) address: string | null;
  @ApiProperty({ description: 'False while its tenant is out of service' }) enabled: boolean;
  @ApiProperty({ description: 'Requests without Message-Authenticator are dropped' }) require_message_authenticator: boolean;
  @ApiProperty({
    type: String,
    enum: SIGNATURES,
    nullable: true,
    description: 'Whether its latest logins were signed; null while none tells',
  })
  signature: Signature | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Last packet with another secret than the registered one',
  })
  wrong_secret_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Last packet dropped because it was not signed' })
  unsigned_refused_at: string | null;
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
  connection: router.connection,
  address: router.connection === 'radsec' ? null : router.address,
  enabled: router.enabled,
  require_message_authenticator: router.requireMessageAuthenticator,
  signature: router.signature,
  wrong_secret_at: router.wrongSecretAt?.toISOString() ?? null,
  unsigned_refused_at: router.unsignedRefusedAt?.toISOString() ?? null,
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
  async list(@CurrentActor() actor: Actor, @Query() query: RegistryQuery): Promise<PageBody<RegistryRouterDto>> {
    return toPage(await this.registry.list(actor, { ...pageRequestOf(query), concern: query.concern }), query, toRegistryRouter);
  }
}

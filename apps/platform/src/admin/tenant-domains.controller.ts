import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { DomainsService } from '@jala/central/tenants';
import { Can, CurrentActor } from '@jala/infra/authz';
import { Post } from '../http/methods';
import { AddDomainDto, DomainDto, DomainListDto, toDomain } from './tenants.dto';

@ApiTags('tenants')
@Controller('platform/tenants/:id/domains')
@Can('tenants.manage')
export class TenantDomainsController {
  constructor(private readonly domains: DomainsService) {}

  @Get()
  @Can('tenants.view')
  @ApiOkResponse({ type: DomainListDto })
  async list(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<DomainListDto> {
    return { data: (await this.domains.list(actor, id)).map(toDomain) };
  }

  @Post()
  @ApiCreatedResponse({ type: DomainDto })
  async add(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: AddDomainDto): Promise<DomainDto> {
    return toDomain(await this.domains.add(actor, id, body.host));
  }

  @Delete(':domainId')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Param('domainId', ParseIntPipe) domainId: number,
  ): Promise<void> {
    return this.domains.remove(actor, id, domainId);
  }
}

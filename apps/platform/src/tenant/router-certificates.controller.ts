import { Controller, Get, HttpCode, Param, ParseIntPipe } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { RadsecCertificatesService } from '@jala/tenant/routers';
import { Post } from '../http/methods';
import {
  IssuedRouterCertificateDto,
  RadsecAuthorityDto,
  RouterCertificateDto,
  RouterCertificateListDto,
  toIssuedCertificate,
  toRadsecAuthority,
  toRouterCertificate,
} from './router-certificates.dto';

@ApiTags('routers')
@Controller('tenant/routers/radsec-authority')
export class RadsecAuthorityController {
  constructor(private readonly certificates: RadsecCertificatesService) {}

  /** The CA that routers must trust to know the server by. No secret: it is in every router's file as well. */
  @Get()
  @Can('routers.manage')
  @ApiOkResponse({ type: RadsecAuthorityDto })
  async authority(@CurrentActor() actor: Actor): Promise<RadsecAuthorityDto> {
    return toRadsecAuthority(await this.certificates.authority(actor));
  }
}

@ApiTags('routers')
@Controller('tenant/routers/:id/certificates')
@Can('routers.manage')
export class RouterCertificatesController {
  constructor(private readonly certificates: RadsecCertificatesService) {}

  /** Newest first. */
  @Get()
  @ApiOkResponse({ type: RouterCertificateListDto })
  async list(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<RouterCertificateListDto> {
    return { data: (await this.certificates.list(actor, id)).map(toRouterCertificate) };
  }

  /** The only answer that has the key and its password: neither is kept. At most two certificates of a router are valid at a time. */
  @Post()
  @ApiCreatedResponse({ type: IssuedRouterCertificateDto })
  async issue(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<IssuedRouterCertificateDto> {
    return toIssuedCertificate(id, await this.certificates.issue(actor, id));
  }

  /** RADIUS does not answer it any more within two seconds. */
  @Post(':certificate_id/revoke')
  @HttpCode(200)
  @ApiOkResponse({ type: RouterCertificateDto })
  async revoke(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Param('certificate_id', ParseIntPipe) certificateId: number,
  ): Promise<RouterCertificateDto> {
    return toRouterCertificate(await this.certificates.revoke(actor, id, certificateId));
  }
}

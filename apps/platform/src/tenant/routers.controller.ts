import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { RoutersService } from '@jala/tenant/routers';
import { Post } from '../http/methods';
import { type PageBody, PageQuery, pageRequestOf, toPage } from '../http/paging';
import {
  CreatedRouterDto,
  CreateRouterDto,
  newRouterOf,
  routerChangeOf,
  RouterDto,
  RouterPageDto,
  SecretDto,
  toCreatedRouter,
  toRouter,
  UpdateRouterDto,
} from './routers.dto';

@ApiTags('routers')
@Controller('tenant/routers')
@Can('routers.manage')
export class TenantRoutersController {
  constructor(private readonly routers: RoutersService) {}

  @Get()
  @Can('routers.view')
  @ApiOkResponse({ type: RouterPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<PageBody<RouterDto>> {
    return toPage(await this.routers.list(actor, pageRequestOf(query)), query, toRouter);
  }

  @Get(':id')
  @Can('routers.view')
  @ApiOkResponse({ type: RouterDto })
  async get(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<RouterDto> {
    return toRouter(await this.routers.get(actor, id));
  }

  /** RADIUS knows it within two seconds; `published_at` says when. */
  @Post()
  @ApiCreatedResponse({ type: CreatedRouterDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateRouterDto): Promise<CreatedRouterDto> {
    return toCreatedRouter(await this.routers.create(actor, newRouterOf(body)));
  }

  @Patch(':id')
  @ApiOkResponse({ type: RouterDto })
  async update(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: UpdateRouterDto): Promise<RouterDto> {
    return toRouter(await this.routers.update(actor, id, routerChangeOf(body)));
  }

  /** RADIUS does not answer it any more within two seconds. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.routers.remove(actor, id);
  }

  /** Every look is on record. */
  @Post(':id/reveal-secret')
  @HttpCode(200)
  @ApiOkResponse({ type: SecretDto })
  async revealSecret(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<SecretDto> {
    return { secret: await this.routers.revealSecret(actor, id) };
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { Post } from '../http/methods';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';
import {
  CreateServicePlanDto,
  newServicePlanOf,
  PlanRefreshDto,
  servicePlanChangeOf,
  ServicePlanChangePreviewDto,
  ServicePlanDto,
  ServicePlanPageDto,
  ServicePlanQuery,
  toPlanRefresh,
  toServicePlan,
  UpdateServicePlanDto,
} from './service-plans.dto';

@ApiTags('service plans')
@Controller('tenant/service-plans')
@Can('service_plans.manage')
export class ServicePlansController {
  constructor(private readonly plans: ServicePlansService) {}

  @Get()
  @Can('service_plans.view')
  @ApiOkResponse({ type: ServicePlanPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: ServicePlanQuery): Promise<PageBody<ServicePlanDto>> {
    return toPage(await this.plans.list(actor, pageRequestOf(query), { active: query.active }), query, toServicePlan);
  }

  @Get(':id')
  @Can('service_plans.view')
  @ApiOkResponse({ type: ServicePlanDto })
  async get(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<ServicePlanDto> {
    return toServicePlan(await this.plans.get(actor, id));
  }

  @Post()
  @ApiCreatedResponse({ type: ServicePlanDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateServicePlanDto): Promise<ServicePlanDto> {
    return toServicePlan(await this.plans.create(actor, newServicePlanOf(body)));
  }

  /** What saving this change would do to running sessions. Nothing is saved. */
  @Post(':id/change-preview')
  @HttpCode(200)
  @ApiOkResponse({ type: ServicePlanChangePreviewDto })
  preview(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: UpdateServicePlanDto,
  ): Promise<ServicePlanChangePreviewDto> {
    return this.plans.preview(actor, id, servicePlanChangeOf(body));
  }

  /** How the last changes reached the running sessions, newest first. */
  @Get(':id/refreshes')
  @Can('service_plans.view')
  @ApiOkResponse({ type: [PlanRefreshDto] })
  async refreshes(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<PlanRefreshDto[]> {
    return (await this.plans.refreshesOf(actor, id)).map(toPlanRefresh);
  }

  /** Everybody on the plan has the new terms at the next login; running sessions are brought in line by and by. */
  @Patch(':id')
  @ApiOkResponse({ type: ServicePlanDto })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: UpdateServicePlanDto,
  ): Promise<ServicePlanDto> {
    return toServicePlan(await this.plans.update(actor, id, servicePlanChangeOf(body)));
  }

  /** Only a plan that no customer has; one that is not to be sold any more is made inactive. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.plans.remove(actor, id);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { PlansService } from '@jala/central/plans';
import { Can, CurrentActor } from '@jala/infra/authz';
import { Post } from '../http/methods';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';
import { CreatePlanDto, newPlanOf, planChangeOf, PlanDto, PlanPageDto, PlanQuery, toPlan, UpdatePlanDto } from './plans.dto';

/** What the platform sells ISPs. */
@ApiTags('plans')
@Controller('platform/plans')
@Can('plans.manage')
export class PlansController {
  constructor(private readonly plans: PlansService) {}

  @Get()
  @Can('plans.view')
  @ApiOkResponse({ type: PlanPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: PlanQuery): Promise<PageBody<PlanDto>> {
    return toPage(await this.plans.list(actor, pageRequestOf(query), { active: query.active }), query, toPlan);
  }

  @Get(':id')
  @Can('plans.view')
  @ApiOkResponse({ type: PlanDto })
  async get(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<PlanDto> {
    return toPlan(await this.plans.get(actor, id));
  }

  @Post()
  @ApiCreatedResponse({ type: PlanDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreatePlanDto): Promise<PlanDto> {
    return toPlan(await this.plans.create(actor, newPlanOf(body)));
  }

  @Patch(':id')
  @ApiOkResponse({ type: PlanDto })
  async update(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: UpdatePlanDto): Promise<PlanDto> {
    return toPlan(await this.plans.update(actor, id, planChangeOf(body)));
  }

  /** Only a plan that no tenant ever had. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.plans.remove(actor, id);
  }
}

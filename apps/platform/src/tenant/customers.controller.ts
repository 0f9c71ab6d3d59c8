import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { CustomersService } from '@jala/tenant/customers';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { Post } from '../http/methods';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';
import {
  CreateCustomerDto,
  CreatedCustomerDto,
  customerChangeOf,
  CustomerDto,
  customerFilterOf,
  CustomerPageDto,
  CustomerQuery,
  newCustomerOf,
  PasswordDto,
  SetCustomerPasswordDto,
  SuspendCustomerDto,
  toCreatedCustomer,
  toCustomer,
  UpdateCustomerDto,
} from './customers.dto';
import { PlanOptionDto, toPlanOption } from './service-plans.dto';

@ApiTags('customers')
@Controller('tenant/customers')
@Can('customers.manage')
export class CustomersController {
  constructor(
    private readonly customers: CustomersService,
    private readonly plans: ServicePlansService,
  ) {}

  @Get()
  @Can('customers.view')
  @ApiOkResponse({ type: CustomerPageDto })
  async list(@CurrentActor() actor: Actor, @Query() query: CustomerQuery): Promise<PageBody<CustomerDto>> {
    return toPage(await this.customers.list(actor, pageRequestOf(query), customerFilterOf(query)), query, toCustomer);
  }

  /** The plans a customer can be put on, cheapest first. */
  @Get('plan-options')
  @Can('customers.view')
  @ApiOkResponse({ type: [PlanOptionDto] })
  async planOptions(@CurrentActor() actor: Actor): Promise<PlanOptionDto[]> {
    return (await this.plans.onSale(actor)).map(toPlanOption);
  }

  @Get(':id')
  @Can('customers.view')
  @ApiOkResponse({ type: CustomerDto })
  async get(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<CustomerDto> {
    return toCustomer(await this.customers.get(actor, id));
  }

  /** The customer can log in at once. */
  @Post()
  @ApiCreatedResponse({ type: CreatedCustomerDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateCustomerDto): Promise<CreatedCustomerDto> {
    return toCreatedCustomer(await this.customers.create(actor, newCustomerOf(body)));
  }

  /** Another plan keeps the end that was paid for, and running sessions get its terms; what a router cannot change, another service and another username end them. */
  @Patch(':id')
  @ApiOkResponse({ type: CustomerDto })
  async update(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: UpdateCustomerDto): Promise<CustomerDto> {
    return toCustomer(await this.customers.update(actor, id, customerChangeOf(body)));
  }

  /** Sessions and logins stay as history. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.customers.remove(actor, id);
  }

  /** No new login from now on; running sessions are ended. */
  @Post(':id/suspend')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDto })
  async suspend(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: SuspendCustomerDto,
  ): Promise<CustomerDto> {
    return toCustomer(await this.customers.suspend(actor, id, body.reason ?? null));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDto })
  async resume(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<CustomerDto> {
    return toCustomer(await this.customers.resume(actor, id));
  }

  /** One more period of the plan, with its whole quota. A suspended customer stays suspended. */
  @Post(':id/renew')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDto })
  async renew(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<CustomerDto> {
    return toCustomer(await this.customers.renew(actor, id));
  }

  @Post(':id/password')
  @HttpCode(200)
  @ApiOkResponse({ type: PasswordDto })
  async resetPassword(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: SetCustomerPasswordDto,
  ): Promise<PasswordDto> {
    return { password: await this.customers.resetPassword(actor, id, body.password) };
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { PlatformStaffService } from '@jala/central/staff';
import { Can, CurrentActor } from '@jala/infra/authz';
import { Post } from '../http/methods';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';
import {
  accountChangesOf,
  CreateStaffDto,
  newAccountOf,
  StaffDto,
  StaffPageDto,
  StaffQuery,
  toStaff,
  UpdateStaffDto,
} from '../http/staff.dto';

@ApiTags('platform users')
@Controller('platform/users')
@Can('platform_users.manage')
export class PlatformUsersController {
  constructor(private readonly staff: PlatformStaffService) {}

  @Get()
  @Can('platform_users.view')
  @ApiOkResponse({ type: StaffPageDto })
  async list(@Query() query: StaffQuery): Promise<PageBody<StaffDto>> {
    return toPage(await this.staff.list({ role: query.role, active: query.active }, pageRequestOf(query)), query, toStaff);
  }

  @Get(':id')
  @Can('platform_users.view')
  @ApiOkResponse({ type: StaffDto })
  async get(@Param('id', ParseIntPipe) id: number): Promise<StaffDto> {
    return toStaff(await this.staff.get(id));
  }

  @Post()
  @ApiCreatedResponse({ type: StaffDto })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateStaffDto): Promise<StaffDto> {
    return toStaff(await this.staff.create(actor, newAccountOf(body)));
  }

  @Patch(':id')
  @ApiOkResponse({ type: StaffDto })
  async update(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number, @Body() body: UpdateStaffDto): Promise<StaffDto> {
    return toStaff(await this.staff.update(actor, id, accountChangesOf(body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.staff.remove(actor, id);
  }

  /** For a person who lost the phone and the recovery codes. Ends their sessions. */
  @Post(':id/reset-two-factor')
  @HttpCode(200)
  @ApiOkResponse({ type: StaffDto })
  async resetTwoFactor(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<StaffDto> {
    return toStaff(await this.staff.resetTwoFactor(actor, id));
  }

  /** Ends a lock that wrong passwords brought about. */
  @Post(':id/unlock')
  @HttpCode(200)
  @ApiOkResponse({ type: StaffDto })
  async unlock(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<StaffDto> {
    return toStaff(await this.staff.unlock(actor, id));
  }

  /** Mails the invitation again, or a link for a new password. */
  @Post(':id/send-link')
  @HttpCode(200)
  @ApiOkResponse({ type: StaffDto })
  async sendLink(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<StaffDto> {
    return toStaff(await this.staff.sendLink(actor, id));
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ActivityLog } from '@jala/central/activity';
import { Can } from '@jala/infra/authz';
import { ActivityDto, activityFilterOf, ActivityPageDto, ActivityQuery, toActivity } from '../http/activity.dto';
import { type PageBody, pageRequestOf, toPage } from '../http/paging';

@ApiTags('activity')
@Controller('platform/activity')
export class PlatformActivityController {
  constructor(private readonly activity: ActivityLog) {}

  /** Who did what, newest first. */
  @Get()
  @Can('activity.view')
  @ApiOkResponse({ type: ActivityPageDto })
  async list(@Query() query: ActivityQuery): Promise<PageBody<ActivityDto>> {
    return toPage(await this.activity.list(activityFilterOf(query), pageRequestOf(query)), query, toActivity);
  }
}

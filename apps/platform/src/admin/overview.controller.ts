import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor, TenantStatus } from '@jala/contracts';
import { type Overview, OverviewService } from '@jala/central/monitoring';
import { Can, CurrentActor } from '@jala/infra/authz';
import { ActivityDto, toActivity } from '../http/activity.dto';

export class TenantCountsDto {
  @ApiProperty() total: number;
  @ApiProperty() ready: number;
  @ApiProperty({ description: 'Pending or being set up' }) provisioning: number;
  @ApiProperty() failed: number;
  @ApiProperty() suspended: number;
  @ApiProperty() archived: number;
}

export class OutboxHealthDto {
  @ApiProperty({ description: 'Side effects that are still owed' }) open: number;
  @ApiProperty({ description: 'Given up, waiting for a person' }) failed: number;
}

export class OverviewDto {
  @ApiProperty({ type: TenantCountsDto }) tenants: TenantCountsDto;
  @ApiProperty() routers: number;
  @ApiProperty({ description: 'Known to Jala and not yet to FreeRADIUS' }) routers_unpublished: number;
  @ApiProperty({ type: OutboxHealthDto }) outbox: OutboxHealthDto;
  @ApiProperty({ type: [ActivityDto] }) recent_activity: ActivityDto[];
}

function toOverview({ tenants, routers, outbox, recentActivity }: Overview): OverviewDto {
  const count = (...statuses: TenantStatus[]): number => statuses.reduce((sum, status) => sum + (tenants.byStatus.get(status) ?? 0), 0);
  return {
    tenants: {
      total: tenants.total,
      ready: count('ready'),
      provisioning: count('pending', 'provisioning'),
      failed: count('failed'),
      suspended: count('suspended'),
      archived: count('archived', 'deleting'),
    },
    routers: routers.total,
    routers_unpublished: routers.unpublished,
    outbox: { ...outbox },
    recent_activity: recentActivity.map(toActivity),
  };
}

@ApiTags('overview')
@Controller('platform/overview')
export class OverviewController {
  constructor(private readonly overviews: OverviewService) {}

  /** How the platform is doing, at a glance. */
  @Get()
  @Can('overview.view')
  @ApiOkResponse({ type: OverviewDto })
  async overview(@CurrentActor() actor: Actor): Promise<OverviewDto> {
    return toOverview(await this.overviews.overview(actor));
  }
}

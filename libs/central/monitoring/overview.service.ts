import { Injectable } from '@nestjs/common';
import type { Actor, TenantStatus } from '@jala/contracts';
import { ActivityLog } from '@jala/central/activity';
import type { ActivityEntry } from '@jala/infra/audit';
import { type OutboxHealth, OverviewRepository } from './overview.repository';

const RECENT = 10;

export interface Overview {
  readonly tenants: { readonly total: number; readonly byStatus: ReadonlyMap<TenantStatus, number> };
  readonly routers: { readonly total: number; readonly unpublished: number };
  readonly outbox: OutboxHealth;
  /** Empty for those who may not read the activity log. */
  readonly recentActivity: readonly ActivityEntry[];
}

/** How the platform is doing, at a glance. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly repository: OverviewRepository,
    private readonly activity: ActivityLog,
  ) {}

  async overview(actor: Actor): Promise<Overview> {
    const mayReadActivity = actor.permissions.has('activity.view');
    const [byStatus, routers, outbox, recent] = await Promise.all([
      this.repository.tenantsByStatus(),
      this.repository.routers(),
      this.repository.outbox(),
      mayReadActivity ? this.activity.list({}, { page: 1, perPage: RECENT, order: 'desc' }) : undefined,
    ]);
    const total = [...byStatus.values()].reduce((sum, tenants) => sum + tenants, 0);
    return { tenants: { total, byStatus }, routers, outbox, recentActivity: recent?.rows ?? [] };
  }
}

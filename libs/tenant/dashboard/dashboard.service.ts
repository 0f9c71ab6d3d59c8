import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { LIVE_WINDOW_SECONDS, MAX_COUNTED_SESSIONS, SessionsReader } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { SessionsService, type SessionView } from '@jala/tenant/sessions';
import { startOfDay, startOfDayBefore } from './dashboard.rules';

const RECENT_SESSIONS = 8;
/** Today and the six days before it. */
const NEW_CUSTOMER_DAYS = 6;

export interface Dashboard {
  readonly customers: { readonly total: number; readonly active: number; readonly suspended: number; readonly expired: number };
  readonly sessionsOnline: number;
  readonly routers: { readonly total: number; readonly online: number };
  readonly trafficTodayBytes: number;
  readonly newCustomers: number;
  readonly recentSessions: readonly SessionView[];
}

/** The numbers of the first page. Each costs one statement, whatever the size of the tenant. */
@Injectable()
export class DashboardService {
  constructor(
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly sessions: SessionsService,
    private readonly reader: SessionsReader,
    private readonly clock: Clock,
  ) {}

  async overview(actor: Actor): Promise<Dashboard> {
    const { timezone } = TenantScope.current();
    const now = this.clock.now();
    const { createdSince: newCustomers, ...customers } = await this.customers.counts(startOfDayBefore(now, timezone, NEW_CUSTOMER_DAYS));
    const recent = await this.sessions.list(actor, { page: 1, perPage: RECENT_SESSIONS, order: 'desc' }, { state: 'online' });
    const traffic = await this.reader.trafficSince(startOfDay(now, timezone));
    return {
      customers,
      newCustomers,
      routers: await this.routersOnline(now),
      sessionsOnline: recent.total < MAX_COUNTED_SESSIONS ? recent.total : await this.reader.countOnline(),
      trafficTodayBytes: traffic.inputBytes + traffic.outputBytes,
      recentSessions: recent.rows,
    };
  }

  /** A router is online that carries somebody, or has been heard from within the time in which a usual session reports. */
  private async routersOnline(now: Date): Promise<Dashboard['routers']> {
    const ids = await this.routers.ids();
    const activity = await this.reader.routerActivity(ids);
    const since = now.getTime() - LIVE_WINDOW_SECONDS * 1_000;
    return {
      total: ids.length,
      online: [...activity.values()].filter(({ online, lastSeenAt }) => online > 0 || (lastSeenAt !== null && lastSeenAt.getTime() > since))
        .length,
    };
  }
}

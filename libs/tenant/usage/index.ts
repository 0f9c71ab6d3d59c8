export { LiveTrafficService } from './live-traffic.service';
export { MAX_DAYS } from './period.rules';
export { SessionExportService } from './session-export.service';
export { UsageModule } from './usage.module';
export { type UsageRequest, UsageService } from './usage.service';
export type { DayUsage, LiveGroup, LiveTraffic, PlanUsage, RouterUsage, Usage, UsageReport, UserUsage } from './usage.types';

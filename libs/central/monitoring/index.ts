export { MonitoringModule } from './monitoring.module';
export { OverviewService, type Overview } from './overview.service';

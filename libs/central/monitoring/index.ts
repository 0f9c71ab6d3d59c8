export { MonitoringModule } from './monitoring.module';
export { OverviewService, type Overview } from './overview.service';
export { LIKENESSES, type Likeness, UnknownSourcesService, type UnknownSourceView } from './unknown-sources.service';

export { DashboardModule } from './dashboard.module';
export { type Dashboard, DashboardService } from './dashboard.service';

import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { TenantsModule } from '@jala/central/tenants';
import { RadiusModule } from '@jala/radius';
import { AlertsRepository } from './alerts.repository';
import { AlertsService } from './alerts.service';
import { ForgetAlerts, ForgetDeadLetters, LookAtPlatform } from './monitoring.schedules';
import { MonitoringService } from './monitoring.service';
import { OverviewRepository } from './overview.repository';
import { OverviewService } from './overview.service';
import { PlatformWatch } from './platform-watch.service';
import { ProbeLoginsRepository } from './probe-logins.repository';
import { SnapshotStore } from './snapshot.store';
import { UnknownSourcesRepository } from './unknown-sources.repository';
import { CollectUnknownSources } from './unknown-sources.schedules';
import { UnknownSourcesService } from './unknown-sources.service';

@Module({
  imports: [CentralActivityModule, RadiusModule],
  providers: [
    OverviewRepository,
    OverviewService,
    AlertsRepository,
    AlertsService,
    ProbeLoginsRepository,
    SnapshotStore,
    MonitoringService,
    UnknownSourcesRepository,
    UnknownSourcesService,
    CollectUnknownSources,
  ],
  exports: [
    OverviewService,
    AlertsRepository,
    AlertsService,
    ProbeLoginsRepository,
    SnapshotStore,
    MonitoringService,
    UnknownSourcesService,
  ],
})
export class MonitoringModule {}

/** For the worker: the one that looks. */
@Module({
  imports: [MonitoringModule, TenantsModule, RadiusModule],
  providers: [PlatformWatch, LookAtPlatform, ForgetDeadLetters, ForgetAlerts],
})
export class MonitoringWorkerModule {}

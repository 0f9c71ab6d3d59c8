import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { RadiusModule } from '@jala/radius';
import { OverviewRepository } from './overview.repository';
import { OverviewService } from './overview.service';
import { UnknownSourcesRepository } from './unknown-sources.repository';
import { CollectUnknownSources } from './unknown-sources.schedules';
import { UnknownSourcesService } from './unknown-sources.service';

@Module({
  imports: [CentralActivityModule, RadiusModule],
  providers: [OverviewRepository, OverviewService, UnknownSourcesRepository, UnknownSourcesService, CollectUnknownSources],
  exports: [OverviewService, UnknownSourcesService],
})
export class MonitoringModule {}

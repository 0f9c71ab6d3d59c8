import { Module } from '@nestjs/common';
import { CentralActivityModule } from '@jala/central/activity';
import { OverviewRepository } from './overview.repository';
import { OverviewService } from './overview.service';

@Module({ imports: [CentralActivityModule], providers: [OverviewRepository, OverviewService], exports: [OverviewService] })
export class MonitoringModule {}

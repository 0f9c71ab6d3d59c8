import { Module } from '@nestjs/common';
import { MonitoringModule, MonitoringWorkerModule } from '@jala/central/monitoring';
import { TenantsWorkerModule } from '@jala/central/tenants';
import { IdempotencyWorkerModule } from '@jala/infra/idempotency';
import { IdentityWorkerModule } from '@jala/infra/identity';
import { MailWorkerModule } from '@jala/infra/mail';
import { QueueWorkerModule } from '@jala/infra/queue';
import { ProgramModule } from '@jala/program';
import { WorkerServer } from './worker-server';

/** Everything but HTTP: the handlers of all jobs and the schedules. */
@Module({
  imports: [
    ProgramModule,
    QueueWorkerModule,
    TenantsWorkerModule,
    MailWorkerModule,
    IdempotencyWorkerModule,
    IdentityWorkerModule,
    MonitoringWorkerModule,
    MonitoringModule,
  ],
  providers: [WorkerServer],
})
export class WorkerModule {}

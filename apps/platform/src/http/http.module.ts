import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { MonitoringModule } from '@jala/central/monitoring';
import { IdempotencyKeysRepository } from '@jala/infra/idempotency';
import { ContextController } from './context.controller';
import { HealthController } from './health.controller';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { ProblemFilter } from './problem.filter';
import { validationPipe } from './validation';

/** What every route shares: errors, validation, idempotency, health and metrics. Global, because the interceptors of a route are made in its module. */
@Global()
@Module({
  imports: [MonitoringModule, TerminusModule.forRoot({ logger: false })],
  controllers: [ContextController, HealthController, MetricsController],
  providers: [
    Metrics,
    IdempotencyKeysRepository,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: validationPipe },
  ],
  exports: [Metrics, IdempotencyKeysRepository],
})
export class HttpModule {}

import { Injectable } from '@nestjs/common';
import { AlertsRepository, measureRadius, SnapshotStore } from '@jala/central/monitoring';
import { measurePools, TenantPools } from '@jala/infra/tenancy';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'jala_http_request_seconds',
    help: 'Duration of HTTP requests by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  constructor(pools: TenantPools, snapshots: SnapshotStore, alerts: AlertsRepository) {
    collectDefaultMetrics({ register: this.registry });
    measurePools(pools, this.registry);
    measureRadius(snapshots, alerts, this.registry);
  }

  /** Counts every response. The label is the route's pattern, so that ids in paths do not become time series. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) };
      this.requests.observe(labels, reply.elapsedTime / 1_000);
      done();
    });
  }
}

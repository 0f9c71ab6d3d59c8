import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AlertsRepository, measureRadius, SnapshotStore } from '@jala/central/monitoring';
import { mayReadMetrics } from '@jala/infra/authz';
import { CentralDatabase } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { JobQueues, QUEUE_NAMES, QueueWorkers, RedisConnections } from '@jala/infra/queue';
import { measurePools, TenantPools } from '@jala/infra/tenancy';
import { collectDefaultMetrics, Gauge, register } from 'prom-client';

/** What the operator's monitoring asks a worker. Nothing here concerns tenants, and nothing can be changed. */
@Injectable()
export class WorkerServer implements OnApplicationShutdown {
  private readonly logger = new Logger(WorkerServer.name);
  private server?: Server;

  constructor(
    private readonly config: AppConfig,
    private readonly central: CentralDatabase,
    private readonly redis: RedisConnections,
    private readonly queues: JobQueues,
    private readonly workers: QueueWorkers,
    private readonly pools: TenantPools,
    private readonly snapshots: SnapshotStore,
    private readonly alerts: AlertsRepository,
  ) {}

  async listen(): Promise<void> {
    collectDefaultMetrics();
    this.measureQueues();
    measurePools(this.pools, register);
    measureRadius(this.snapshots, this.alerts, register);
    const { port } = this.config.worker;
    const { host } = this.config.http;
    const server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        // A scrape must not end the worker.
        this.logger.warn(`${request.url ?? ''} could not be answered`, error);
        response.writeHead(500).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.server = server;
    this.logger.log(`worker is ready, health on ${host}:${port}`);
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path === '/health') {
      const parts = await this.health();
      const well = Object.values(parts).every(Boolean);
      response.writeHead(well ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: well ? 'ok' : 'error', ...parts }));
    } else if (path === '/metrics') {
      if (!mayReadMetrics(request, this.config.metrics.token)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        return;
      }
      const numbers = await register.metrics();
      response.writeHead(200, { 'content-type': register.contentType });
      response.end(numbers);
    } else {
      response.writeHead(404).end();
    }
  }

  private async health(): Promise<Record<string, boolean>> {
    const reaches = (ask: Promise<unknown>): Promise<boolean> => ask.then(() => true).catch(() => false);
    const [database, redis] = await Promise.all([reaches(this.central.query('SELECT 1')), reaches(this.redis.commands.ping())]);
    return { database, redis, queues: this.workers.running };
  }

  private measureQueues(): void {
    const gauge: Gauge = new Gauge({
      name: 'jala_queue_jobs',
      help: 'Jobs in each queue by state',
      labelNames: ['queue', 'state'],
      collect: async () => {
        const counts = await this.queues.counts().catch(() => undefined);
        if (!counts) return;
        for (const queue of QUEUE_NAMES) for (const [state, jobs] of Object.entries(counts[queue])) gauge.set({ queue, state }, jobs);
      },
    });
  }
}

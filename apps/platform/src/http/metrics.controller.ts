import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DomainError } from '@jala/contracts';
import { mayReadMetrics, Public } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';
import { TenantDirectory } from '@jala/infra/tenancy';
import type { FastifyRequest } from 'fastify';
import { Metrics } from './metrics';
import { tenantNamedBy } from './request-scope';

@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly directory: TenantDirectory,
    private readonly config: AppConfig,
  ) {}

  /**
   * For Prometheus. Holds counts and durations by route pattern, and which database servers there are. Public only to the
   * guard: on this machine or with METRICS_TOKEN, and never where a tenant is.
   */
  @Get()
  @Public()
  @Header('content-type', 'text/plain; version=0.0.4')
  @Header('cache-control', 'no-store')
  async scrape(@Req() request: FastifyRequest): Promise<string> {
    if (await this.isOfTenant(request)) throw new DomainError('NOT_FOUND');
    if (!mayReadMetrics(request.raw, this.config.metrics.token)) throw new DomainError('UNAUTHENTICATED');
    return this.metrics.registry.metrics();
  }

  /** An outage of the database, when the numbers are wanted most, must not take them away from the monitoring's own host name. */
  private async isOfTenant(request: FastifyRequest): Promise<boolean> {
    if (request.headers['x-tenant'] !== undefined) return true;
    const found = await tenantNamedBy(request, this.directory, this.config).catch(() => undefined);
    return found !== undefined && found !== null;
  }
}

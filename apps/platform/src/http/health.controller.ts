import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  type HealthIndicatorResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Public } from '@jala/infra/authz';
import { CentralDatabase } from '@jala/infra/central-db';
import { RedisConnections } from '@jala/infra/queue';

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly central: CentralDatabase,
    private readonly redis: RedisConnections,
  ) {}

  /** 200 while this process can serve; 503 names the part that cannot be reached. */
  @Get()
  @Public()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.probe('database', () => this.central.query('SELECT 1')),
      () => this.probe('redis', () => this.redis.commands.ping()),
    ]);
  }

  private async probe(name: string, ask: () => Promise<unknown>): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      await ask();
      return indicator.up();
    } catch {
      return indicator.down({ message: 'cannot be reached' });
    }
  }
}

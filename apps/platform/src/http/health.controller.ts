import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  type HealthIndicatorResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { MonitoringService } from '@jala/central/monitoring';
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
    private readonly monitoring: MonitoringService,
  ) {}

  /**
   * 200 while this process can serve; 503 names the part that cannot be reached. RADIUS is another program: what is wrong with it shows
   * as `degraded`, also when nobody is watching it, and never makes this one fail.
   */
  @Get()
  @Public()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.probe('database', () => this.central.query('SELECT 1')),
      () => this.probe('redis', () => this.redis.commands.ping()),
      () => this.radius(),
    ]);
  }

  private async radius(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('radius');
    const { condition, failing, snapshot } = await this.monitoring.condition();
    const data = {
      ...(snapshot && { checked_at: snapshot.at }),
      ...(snapshot?.login && { login_at: snapshot.login.at, login_ms: snapshot.login.latencyMs }),
    };
    if (condition === 'ok') return indicator.up(data);
    return indicator.degraded({ ...data, message: condition === 'unknown' ? 'nobody is watching' : failing.join(', ') });
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

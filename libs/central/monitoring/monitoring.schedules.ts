import { Injectable, Logger } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { AppConfig } from '@jala/infra/config';
import { Clock } from '@jala/kernel';
import { forgetDeadLetters } from '@jala/radius';
import { AlertsRepository } from './alerts.repository';
import { PlatformWatch } from './platform-watch.service';
import { LOOK_EVERY_MS } from './snapshot';

@Injectable()
@Schedule({ name: 'monitoring.look', everyMs: LOOK_EVERY_MS, atStart: true })
export class LookAtPlatform extends ScheduledTask {
  constructor(private readonly watch: PlatformWatch) {
    super();
  }

  run(): Promise<void> {
    return this.watch.look();
  }
}

/** Long enough for a person to look at them and to put them back. */
const KEEP_DEAD_LETTERS_DAYS = 90;
const DAY_MS = 86_400_000;

@Injectable()
@Schedule({ name: 'radius.dead-letters', everyMs: DAY_MS, atStart: true })
export class ForgetDeadLetters extends ScheduledTask {
  private readonly logger = new Logger(ForgetDeadLetters.name);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEEP_DEAD_LETTERS_DAYS * DAY_MS);
    const forgotten = await forgetDeadLetters(this.config.radius.runDir, before);
    if (forgotten > 0)
      this.logger.log(`${forgotten} files of records that the database refused are older than ${KEEP_DEAD_LETTERS_DAYS} days and gone`);
  }
}

/** A year and a month: somebody may ask how it was a year ago. */
const KEEP_ALERTS_DAYS = 396;

@Injectable()
@Schedule({ name: 'monitoring.forget-alerts', everyMs: DAY_MS, atStart: true })
export class ForgetAlerts extends ScheduledTask {
  constructor(
    private readonly alerts: AlertsRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run(): Promise<void> {
    await this.alerts.forget(new Date(this.clock.now().getTime() - KEEP_ALERTS_DAYS * DAY_MS));
  }
}

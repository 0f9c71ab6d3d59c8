import { Injectable } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
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

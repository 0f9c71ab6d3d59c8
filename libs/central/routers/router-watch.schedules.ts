import { Injectable } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { RouterWatchService } from './router-watch.service';

/** Every worker asks the FreeRADIUS beside it. */
@Injectable()
@Schedule({ name: 'routers.counters', everyMs: 30_000, atStart: true, once: false })
export class LookAtRouterCounters extends ScheduledTask {
  constructor(private readonly watch: RouterWatchService) {
    super();
  }

  async run(): Promise<void> {
    await this.watch.lookAtCounters();
  }
}

@Injectable()
@Schedule({ name: 'routers.signatures', everyMs: 5 * 60_000, atStart: true })
export class JudgeRouterSignatures extends ScheduledTask {
  constructor(private readonly watch: RouterWatchService) {
    super();
  }

  async run(): Promise<void> {
    await this.watch.judgeSignatures();
  }
}

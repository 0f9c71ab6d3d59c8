import { Injectable } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { AccountingUpkeepService } from './accounting-upkeep.service';

@Injectable()
@Schedule({ name: 'radius.missed-interims', everyMs: 60_000, atStart: true })
export class CloseMissedSessions extends ScheduledTask {
  constructor(private readonly upkeep: AccountingUpkeepService) {
    super();
  }

  async run(): Promise<void> {
    await this.upkeep.closeMissed();
  }
}

@Injectable()
@Schedule({ name: 'radius.archive', everyMs: 3_600_000 })
export class KeepAccountingSmall extends ScheduledTask {
  constructor(private readonly upkeep: AccountingUpkeepService) {
    super();
  }

  async run(): Promise<void> {
    await this.upkeep.keepSmall();
  }
}

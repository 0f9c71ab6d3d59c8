import { Injectable } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { LoginHistoryService } from './login-history.service';

/** Every worker asks, for the FreeRADIUS beside it. The support desk has somebody on the phone who cannot log in. */
@Injectable()
@Schedule({ name: 'radius.login-history', everyMs: 1_000, atStart: true, once: false })
export class LoadLoginHistory extends ScheduledTask {
  constructor(private readonly history: LoginHistoryService) {
    super();
  }

  run(): Promise<void> {
    return this.history.load();
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { ActivityJournal } from '@jala/infra/audit';
import { CentralDatabase } from '@jala/infra/central-db';

/** The log of what people did on the platform. */
@Injectable()
export class ActivityLog extends ActivityJournal {
  constructor(database: CentralDatabase, clock: Clock) {
    super(database, clock);
  }
}

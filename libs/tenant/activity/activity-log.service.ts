import { Injectable } from '@nestjs/common';
import { Clock } from '@jala/kernel';
import { ActivityJournal } from '@jala/infra/audit';
import { TenantDatabase } from '@jala/infra/tenancy';

/** The log of what people did in the current tenant. */
@Injectable()
export class ActivityLog extends ActivityJournal {
  constructor(database: TenantDatabase, clock: Clock) {
    super(database, clock);
  }
}

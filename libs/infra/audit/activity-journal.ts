import type { Actor, Page, PageRequest } from '@jala/contracts';
import type { Clock } from '@jala/kernel';
import { type Change, keptChange } from './activity.rules';
import { type ActivityEntry, type ActivityFilter, ActivityRepository } from './activity.repository';
import type { SqlDatabase } from './database';

export interface Subject {
  readonly type: string;
  readonly id: number | null;
  /** What people call it; it must still make sense after the thing is gone. */
  readonly label: string;
}

/** Who did what to what, and how it was before and after: the log of one database. */
export abstract class ActivityJournal {
  private readonly repository: ActivityRepository;

  protected constructor(
    database: SqlDatabase,
    private readonly clock: Clock,
  ) {
    this.repository = new ActivityRepository(database);
  }

  /** Call it inside the transaction of the change: the one is never kept without the other. */
  async record(actor: Actor, action: string, subject: Subject, change: Change = {}): Promise<void> {
    await this.repository.insert({
      at: this.clock.now(),
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      actorRole: actor.role,
      action,
      subjectType: subject.type,
      subjectId: subject.id,
      subjectLabel: subject.label,
      ...keptChange(change),
      ip: actor.ip ?? null,
      requestId: actor.requestId ?? null,
    });
  }

  list(filter: ActivityFilter, page: PageRequest): Promise<Page<ActivityEntry>> {
    return this.repository.list(filter, page);
  }
}

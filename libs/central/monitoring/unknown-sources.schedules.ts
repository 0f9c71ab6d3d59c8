import { Injectable } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { UnknownSourcesService } from './unknown-sources.service';

/** Every worker does it for the FreeRADIUS beside it. Somebody with a router in front of him waits for it. */
@Injectable()
@Schedule({ name: 'radius.unknown-sources', everyMs: 5_000, atStart: true, once: false })
export class CollectUnknownSources extends ScheduledTask {
  constructor(private readonly sources: UnknownSourcesService) {
    super();
  }

  async run(): Promise<void> {
    await this.sources.collect();
  }
}

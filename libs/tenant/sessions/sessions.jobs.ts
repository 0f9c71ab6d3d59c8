import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext, JobHandler, type JobPayload } from '@jala/infra/queue';
import { DisconnectionsService } from './disconnections.service';

@Injectable()
@HandlesJob('radius.disconnect-user')
export class DisconnectUser extends JobHandler<'radius.disconnect-user'> {
  constructor(private readonly disconnections: DisconnectionsService) {
    super();
  }

  async handle(payload: JobPayload<'radius.disconnect-user'>, { attempt, attempts }: JobContext): Promise<void> {
    await this.disconnections.end(payload, attempt >= attempts);
  }
}

import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext, JobHandler, type JobPayload, Schedule, ScheduledTask } from '@jala/infra/queue';
import { DisconnectionsService } from './disconnections.service';
import { LimitsWatchService } from './limits-watch.service';
import { MassDisconnectsService } from './mass-disconnects.service';
import { PlanRefreshRunner } from './plan-refresh-runner';
import { RefreshesService } from './refreshes.service';

@Injectable()
@HandlesJob('radius.disconnect-user')
export class DisconnectUser extends JobHandler<'radius.disconnect-user'> {
  constructor(private readonly disconnections: DisconnectionsService) {
    super();
  }

  async handle(payload: JobPayload<'radius.disconnect-user'>, tries: JobContext): Promise<void> {
    await this.disconnections.end(payload, tries);
  }
}

@Injectable()
@HandlesJob('radius.disconnect-session')
export class DisconnectSession extends JobHandler<'radius.disconnect-session'> {
  constructor(private readonly disconnections: DisconnectionsService) {
    super();
  }

  async handle({ sessionId, requestedBy, reason }: JobPayload<'radius.disconnect-session'>, tries: JobContext): Promise<void> {
    await this.disconnections.endOne(sessionId, requestedBy, tries, reason);
  }
}

@Injectable()
@HandlesJob('radius.disconnect-many')
export class DisconnectMany extends JobHandler<'radius.disconnect-many'> {
  constructor(private readonly runs: MassDisconnectsService) {
    super();
  }

  async handle({ massDisconnectId }: JobPayload<'radius.disconnect-many'>): Promise<void> {
    await this.runs.run(massDisconnectId);
  }
}

@Injectable()
@HandlesJob('radius.refresh-plan')
export class RefreshPlan extends JobHandler<'radius.refresh-plan'> {
  constructor(private readonly runs: PlanRefreshRunner) {
    super();
  }

  async handle({ planRefreshId }: JobPayload<'radius.refresh-plan'>): Promise<void> {
    await this.runs.run(planRefreshId);
  }
}

@Injectable()
@HandlesJob('radius.refresh-user')
export class RefreshUser extends JobHandler<'radius.refresh-user'> {
  constructor(private readonly refreshes: RefreshesService) {
    super();
  }

  async handle({ username, reason }: JobPayload<'radius.refresh-user'>, tries: JobContext): Promise<void> {
    await this.refreshes.refresh(username, reason, tries);
  }
}

@Injectable()
@Schedule({ name: 'radius.limits', everyMs: 500, atStart: true })
export class WatchLimits extends ScheduledTask {
  constructor(private readonly watch: LimitsWatchService) {
    super();
  }

  run(): Promise<void> {
    return this.watch.tick();
  }
}

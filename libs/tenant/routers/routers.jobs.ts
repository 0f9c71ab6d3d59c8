import { Injectable } from '@nestjs/common';
import { HandlesJob, JobHandler, type JobPayload } from '@jala/infra/queue';
import { RouterPublicationService } from './router-publication.service';

@Injectable()
@HandlesJob('router.publish')
export class PublishRouter extends JobHandler<'router.publish'> {
  constructor(private readonly publication: RouterPublicationService) {
    super();
  }

  async handle({ routerId, registryId }: JobPayload<'router.publish'>): Promise<void> {
    await this.publication.publish(routerId, registryId);
  }
}

@Injectable()
@HandlesJob('router.unpublish')
export class UnpublishRouter extends JobHandler<'router.unpublish'> {
  constructor(private readonly publication: RouterPublicationService) {
    super();
  }

  async handle({ registryId, address }: JobPayload<'router.unpublish'>): Promise<void> {
    await this.publication.unpublish(registryId, address);
  }
}

@Injectable()
@HandlesJob('router.settle-claims')
export class SettleRouterClaims extends JobHandler<'router.settle-claims'> {
  constructor(private readonly publication: RouterPublicationService) {
    super();
  }

  async handle({ claimedBefore }: JobPayload<'router.settle-claims'>): Promise<void> {
    await this.publication.settleClaims(new Date(claimedBefore));
  }
}

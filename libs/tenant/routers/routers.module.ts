import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { RadsecCertificatesService } from './radsec-certificates.service';
import { RouterPublicationService } from './router-publication.service';
import { PublishRouter, SettleRouterClaims, UnpublishRouter } from './routers.jobs';
import { RoutersRepository } from './routers.repository';
import { RoutersService } from './routers.service';

/** Needs the ports RouterRegistry, RouterPublisher, RouterCertificates and PlanLimits from global modules of the central side. */
@Module({
  imports: [RadiusModule, TenantActivityModule],
  providers: [
    RoutersRepository,
    RoutersService,
    RadsecCertificatesService,
    RouterPublicationService,
    PublishRouter,
    UnpublishRouter,
    SettleRouterClaims,
  ],
  exports: [RoutersService, RadsecCertificatesService],
})
export class RoutersModule {}

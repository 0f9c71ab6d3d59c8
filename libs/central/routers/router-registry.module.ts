import { Global, Module } from '@nestjs/common';
import { CertificatesModule } from '@jala/central/certificates';
import { RouterCertificates, RouterPublisher, RouterRegistry } from '@jala/infra/tenancy';
import { RadiusModule } from '@jala/radius';
import { RouterCertificatesRepository } from './router-certificates.repository';
import { RouterCertificatesService } from './router-certificates.service';
import { FindOrphanClaims, ReconcileRouters, SyncTenantRouters } from './router-registry.jobs';
import { RouterRegistryRepository } from './router-registry.repository';
import { RouterWatchRepository } from './router-watch.repository';
import { JudgeRouterSignatures, LookAtRouterCounters } from './router-watch.schedules';
import { RouterWatchService } from './router-watch.service';
import { RouterPublisherService, RouterRegistryService } from './router-registry.service';

/** Global because it binds the ports through which the tenant side reaches the registry. */
@Global()
@Module({
  imports: [RadiusModule, CertificatesModule],
  providers: [
    RouterRegistryRepository,
    RouterCertificatesRepository,
    RouterCertificatesService,
    RouterRegistryService,
    RouterPublisherService,
    SyncTenantRouters,
    ReconcileRouters,
    FindOrphanClaims,
    RouterWatchRepository,
    RouterWatchService,
    LookAtRouterCounters,
    JudgeRouterSignatures,
    { provide: RouterCertificates, useExisting: RouterCertificatesService },
    { provide: RouterRegistry, useExisting: RouterRegistryService },
    { provide: RouterPublisher, useExisting: RouterPublisherService },
  ],
  exports: [RouterRegistryService, RouterPublisherService, RouterRegistry, RouterPublisher, RouterCertificates],
})
export class RouterRegistryModule {}

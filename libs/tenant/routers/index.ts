import { Router } from './router.entity';

export { SECRET_MAX, SECRET_MIN } from './router.rules';
export {
  type CertificateState,
  type IssuedRouterCertificate,
  RadsecCertificatesService,
  type RouterCertificateView,
} from './radsec-certificates.service';
export { RoutersModule } from './routers.module';
export { type RouterContact, type RouterFields, RoutersService, type RouterView } from './routers.service';

export const routersEntities = [Router];

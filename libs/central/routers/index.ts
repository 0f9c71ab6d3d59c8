import { RouterRegistration } from './router-registration.entity';

export { RouterRegistryModule } from './router-registry.module';
export {
  REGISTRATION_CONCERNS,
  type RegistrationConcern,
  type RegistrationFilter,
  type RegistrationView,
} from './router-registry.repository';
export { RouterPublisherService, RouterRegistryService } from './router-registry.service';

export const routerRegistryEntities = [RouterRegistration];

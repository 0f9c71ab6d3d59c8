export { TenantSetupModule } from './tenant-setup.module';

import { TenantSettings } from './settings.entity';

export { SettingsModule } from './settings.module';
export { type SettingsChange, SettingsService, type SettingsView } from './settings.service';

export const settingsEntities = [TenantSettings];

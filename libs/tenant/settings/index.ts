import { TenantSettings } from './settings.entity';

export { SettingsModule } from './settings.module';
export { KEEP_LOGINS_DAYS, KEEP_SESSIONS_MONTHS, type SettingsChange, SettingsService, type SettingsView } from './settings.service';

export const settingsEntities = [TenantSettings];

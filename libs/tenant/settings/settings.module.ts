import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { TenantActivityModule } from '@jala/tenant/activity';
import { SettingsRepository } from './settings.repository';
import { SettingsService } from './settings.service';

/** Needs the port TenantProfiles from a global module of the central side. */
@Module({ imports: [RadiusModule, TenantActivityModule], providers: [SettingsRepository, SettingsService], exports: [SettingsService] })
export class SettingsModule {}

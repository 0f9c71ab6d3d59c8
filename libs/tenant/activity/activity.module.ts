import { Module } from '@nestjs/common';
import { ActivityLog } from './activity-log.service';

@Module({ providers: [ActivityLog], exports: [ActivityLog] })
export class TenantActivityModule {}

export * from './activity-log.service';
export * from './activity.module';

export * from './platform-account.store';
export * from './platform-staff.service';
export * from './staff.module';

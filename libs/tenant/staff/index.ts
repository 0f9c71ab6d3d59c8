export * from './roles.service';
export * from './staff.module';
export * from './tenant-account.store';
export * from './tenant-staff.service';

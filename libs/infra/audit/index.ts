export * from './activity-journal';
export { type ActivityEntry, type ActivityFilter } from './activity.repository';
export { type Change } from './activity.rules';
export * from './database';

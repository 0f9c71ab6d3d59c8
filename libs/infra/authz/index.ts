export * from './ability';
export * from './access.decorators';
export { AccessGuard } from './access.guard';
export { audienceOfHost, audienceOfPath } from './audience';
export * from './authz.module';
export { mayReadMetrics } from './metrics-access';
export * from './principal';
export * from './routes';

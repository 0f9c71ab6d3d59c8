export * from './ability';
export * from './access.decorators';
export { AccessGuard, audienceOfHost, audienceOfPath } from './access.guard';
export * from './authz.module';
export { mayReadMetrics } from './metrics-access';
export * from './principal';
export * from './routes';

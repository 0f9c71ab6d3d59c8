export * from './test-central';
export * from './test-config';
export { dropSchema, randomSuffix, rootOfTestServer } from './test-databases';
export * from './test-infra.module';
export * from './test-services';
export * from './test-tenants';
export * from './watch-statements';

export * from './app-config';
export * from './config.module';
export { ConfigurationError, type Environment } from './environment-reader';

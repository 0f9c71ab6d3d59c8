import { randomBytes } from 'node:crypto';
import { AppConfig } from '@jala/infra/config';
import type { DatabaseTarget } from '@jala/infra/central-db';
import type { TestServices } from './test-services';

const key = randomBytes(32).toString('base64');

/** A complete configuration for a test; keys and secrets are the same throughout one spec file. */
export function testConfig(
  { services, central }: { services?: TestServices; central?: DatabaseTarget } = {},
  overrides: Record<string, string> = {},
): AppConfig {
  return new AppConfig({
    JALA_ENV: 'test',
    LOG_LEVEL: 'silent',
    JALA_ENCRYPTION_KEYS: `test:${key}`,
    JALA_JWT_SECRET: key,
    RADIUS_DB_USER: 'root',
    CENTRAL_DB_PASSWORD: 'unused',
    ...(central && {
      CENTRAL_DB_HOST: central.host,
      CENTRAL_DB_PORT: String(central.port),
      CENTRAL_DB_NAME: central.database,
      CENTRAL_DB_USER: central.user,
      CENTRAL_DB_PASSWORD: central.password,
    }),
    ...(services && {
      REDIS_URL: services.redis.url,
      REDIS_PREFIX: `test-${randomBytes(4).toString('hex')}`,
      PROVISION_DB_USER: 'root',
      PROVISION_DB_PASSWORD: services.mariadb.rootPassword,
    }),
    ...overrides,
  });
}

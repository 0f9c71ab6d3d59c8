import { inspect } from 'node:util';
import { AppConfig } from './app-config';
import { ConfigurationError } from './environment-reader';

const key = Buffer.alloc(32, 7).toString('base64');
const minimum = { CENTRAL_DB_PASSWORD: 'central-secret', JALA_ENCRYPTION_KEYS: `k1:${key}`, JALA_JWT_SECRET: key };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    new AppConfig({ ...minimum, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('the configuration', () => {
  it('needs only secrets and derives every port from the port base', () => {
    const config = new AppConfig({ ...minimum, JALA_PORT_BASE: '9100' });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9100, trustedProxies: [] });
    expect(config.publicAddress).toEqual({ scheme: 'http', rootDomain: 'localhost', port: 9100 });
    expect([config.worker.port, config.centralDb.port, config.radius.authPort, config.radius.acctPort]).toEqual([9101, 9102, 9104, 9105]);
    expect(config.redis.url).toBe('redis://127.0.0.1:9103');
  });

  it('reports every problem at once, by name and reason, and never shows a value', () => {
    expect(() => new AppConfig({ JALA_HTTP_PORT: 'hunter2', JALA_ENCRYPTION_KEYS: 'k1:hunter2', TENANT_MODE: 'hunter2' })).toThrow(
      ConfigurationError,
    );
    const problems = problemsOf({
      JALA_HTTP_PORT: 'hunter2',
      CENTRAL_DB_PASSWORD: '  ',
      JALA_JWT_SECRET: 'hunter2',
      JALA_ENCRYPTION_KEYS: `k1:${key},k1:${key}`,
      TENANT_MODE: 'hunter2',
    });
    expect(problems).toEqual([
      'JALA_HTTP_PORT must be a whole number from 1 to 65535',
      'CENTRAL_DB_PASSWORD is missing: the password of CENTRAL_DB_USER',
      'TENANT_MODE must be one of local, cpanel',
      'JALA_ENCRYPTION_KEYS names one id twice',
      'JALA_JWT_SECRET must be base64 of at least 32 bytes',
    ]);
  });

  it('demands a server and a password when mail goes over SMTP', () => {
    expect(problemsOf({ MAIL_TRANSPORT: 'smtp', SMTP_USER: 'jala' })).toEqual([
      'SMTP_HOST is missing: MAIL_TRANSPORT is smtp',
      'SMTP_PASSWORD is missing: the password of SMTP_USER',
    ]);
  });

  it('is a production one unless it says otherwise, and then mails are sent and not shown', () => {
    const forgotten = new AppConfig(minimum);
    expect([forgotten.env, forgotten.mail.transport]).toEqual(['production', 'smtp']);
    const development = new AppConfig({ ...minimum, JALA_ENV: 'development' });
    expect([development.env, development.mail.transport]).toEqual(['development', 'local']);
  });

  it('refuses in production to keep mails where anybody can read them', () => {
    const refusal =
      'MAIL_TRANSPORT must be smtp in production (JALA_ENV): local shows every mail, with links for new passwords, to anybody';
    expect(problemsOf({ MAIL_TRANSPORT: 'local' })).toEqual([refusal]);
    expect(problemsOf({ JALA_ENV: 'production', MAIL_TRANSPORT: 'local' })).toEqual([refusal]);
    expect(problemsOf({ JALA_ENV: 'test', MAIL_TRANSPORT: 'local' })).toEqual([]);
  });

  it('takes no token for the metrics that could be guessed', () => {
    expect(problemsOf({ METRICS_TOKEN: 'prometheus' })).toEqual(['METRICS_TOKEN must have at least 16 characters']);
    expect(new AppConfig({ ...minimum, METRICS_TOKEN: ' ' }).metrics.token).toBeUndefined();
  });

  it('does not give its secrets away when it is logged', () => {
    const config = new AppConfig({
      ...minimum,
      PROVISION_DB_PASSWORD: 'provision-secret',
      RADIUS_PROBE_SECRET: 'probe-secret',
      METRICS_TOKEN: 'metrics-secret-token',
      REDIS_URL: 'redis://:redis-secret@127.0.0.1:6379',
    });
    expect(config.provisioning?.password).toBe('provision-secret');
    const shown = inspect(config, { depth: 9 }) + JSON.stringify(config);
    for (const secret of ['central-secret', 'provision-secret', 'probe-secret', 'metrics-secret', 'redis-secret', key])
      expect(shown).not.toContain(secret);
  });
});

import { randomBytes } from 'node:crypto';
import { SecretBox } from '@jala/infra/crypto';
import { createTestCentral, type TestCentral, testConfig } from '@jala/infra/testing';
import { DbHostsRepository } from './db-hosts.repository';

describe('the database servers that tenants are placed on', () => {
  let central: TestCentral;

  beforeAll(async () => {
    central = await createTestCentral();
  });
  afterAll(() => central.drop());

  it('have their passwords sealed with a new key, once; the one of the configuration has none', async () => {
    const purpose = 'db_host:second:admin_password';
    const hosts = new DbHostsRepository(central.database, central.config, new SecretBox(central.config));
    await hosts.ensureDefault();
    await central.database.query(
      "INSERT INTO db_hosts (name, host, port, admin_user, admin_password_enc) VALUES ('second', '192.0.2.7', 3306, 'jala', ?)",
      [new SecretBox(central.config).seal('its-password', purpose)],
    );

    const [old] = central.config.encryptionKeys;
    const newKey = `new:${randomBytes(32).toString('base64')}`;
    const both = testConfig({}, { JALA_ENCRYPTION_KEYS: `${newKey},${old!.id}:${old!.key.export().toString('base64')}` });
    const rotating = new DbHostsRepository(central.database, central.config, new SecretBox(both));
    expect([await rotating.rotateSecrets(), await rotating.rotateSecrets()]).toEqual([1, 0]);

    // With the old key gone for good.
    const after = new DbHostsRepository(central.database, central.config, new SecretBox(testConfig({}, { JALA_ENCRYPTION_KEYS: newKey })));
    expect(await after.administration('second')).toMatchObject({ host: '192.0.2.7', user: 'jala', password: 'its-password' });
  });
});

import { randomBytes } from 'node:crypto';
import { SecretBox } from '@jala/infra/crypto';
import { TenantDirectory, TenantIterator } from '@jala/infra/tenancy';
import { testConfig, type TestTenant, type TestTenants } from '@jala/infra/testing';
import { AccountMaintenance } from './account-maintenance';
import { type IdentityUnderTest, origin, PASSWORD, startIdentity } from './identity.test-kit';
import { LoginService } from './login.service';
import { PasswordsService } from './passwords.service';
import { TwoFactor } from './two-factor';

describe('the upkeep of accounts', () => {
  let kit: IdentityUnderTest;
  beforeAll(async () => {
    kit = await startIdentity();
  });
  afterAll(() => kit.stop());

  it('seals every two-factor secret with the new key, on every side, and once', async () => {
    const keys = { old: randomBytes(32).toString('base64'), new: randomBytes(32).toString('base64') };
    const box = (list: string): SecretBox => new SecretBox(testConfig({}, { JALA_ENCRYPTION_KEYS: list }));
    const before = new TwoFactor(box(`old:${keys.old}`), kit.clock);
    const secret = before.newSecret();
    const enrol = async (): Promise<number> => {
      const store = kit.stores.current();
      const { id } = await kit.account();
      await store.accounts.update(id, { twoFactorSecret: before.seal(store, id, secret), twoFactorEnabledAt: kit.clock.now() });
      return id;
    };
    await enrol();
    await kit.tenant.run(enrol);
    await kit.other.run(enrol);
    const after = new TwoFactor(box(`new:${keys.new},old:${keys.old}`), kit.clock);
    const maintenance = new AccountMaintenance(kit.stores, after, kit.testing.get(TenantIterator), kit.clock);
    expect(await maintenance.rotateSecrets()).toEqual({ rotated: 3, failed: [] });
    expect(await maintenance.rotateSecrets()).toEqual({ rotated: 0, failed: [] });
    const [sealed] = await kit.tenant.run(() => kit.stores.tenant.accounts.sealedSecrets());
    expect(sealed?.sealed).toMatch(/^v1\.new\./);
  });

  it('throws away what cannot be used any more, and nothing else', async () => {
    const count = (): Promise<number[]> =>
      kit.tenant.run(async () => [
        (await kit.query<unknown[]>('SELECT 1 FROM refresh_tokens')).length,
        (await kit.query<unknown[]>('SELECT 1 FROM password_resets')).length,
      ]);
    await kit.tenant.run(async () => {
      const account = await kit.account();
      await kit.testing.get(LoginService).login({ email: account.email, password: PASSWORD }, origin());
      await kit.testing.get(PasswordsService).forgot(account.email, origin());
    });
    const maintenance = kit.testing.get(AccountMaintenance);
    await maintenance.purge();
    expect(await count()).toEqual([1, 1]);
    kit.clock.advance(30 * 86_400_000);
    await maintenance.purge();
    expect(await count()).toEqual([1, 1]);
    kit.clock.advance(3_600_001);
    await maintenance.purge();
    expect(await count()).toEqual([0, 0]);
  });

  it('throws nothing away in a tenant that it is not in: a twin with the same rows stays as it is', async () => {
    const tenants = kit.testing.get<TestTenants>(TenantDirectory);
    const maintenance = kit.testing.get(AccountMaintenance);
    const owed = async (): Promise<void> => {
      const account = await kit.account();
      await kit.testing.get(LoginService).login({ email: account.email, password: PASSWORD }, origin());
      await kit.testing.get(PasswordsService).forgot(account.email, origin());
    };
    const content = (of: TestTenant): Promise<unknown> =>
      of.run(() => kit.query('CHECKSUM TABLE staff, refresh_tokens, password_resets, activity_log, outbox, role_permissions'));
    for (const { run } of [kit.tenant, kit.other]) await run(owed);
    kit.clock.advance(31 * 86_400_000);
    tenants.setStatus(kit.other.context.id, 'archived');
    const [mine, theirs] = [await content(kit.tenant), await content(kit.other)];
    await maintenance.purge();
    expect(await content(kit.other)).toEqual(theirs);
    expect(await content(kit.tenant)).not.toEqual(mine);
    // It would be seen.
    tenants.setStatus(kit.other.context.id, 'suspended');
    await maintenance.purge();
    expect(await content(kit.other)).not.toEqual(theirs);
  });
});

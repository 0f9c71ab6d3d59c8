import type { INestApplicationContext } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Actor, DomainError, systemActor } from '@jala/contracts';
import { type TenantProfile, TenantProfiles } from '@jala/infra/tenancy';
import { createTestTenancy, TestInfraModule, type TestTenancy, type TestTenant } from '@jala/infra/testing';
import { settingsEntities, SettingsModule, SettingsService } from './index';

let profile: TenantProfile;

class Profiles extends TenantProfiles {
  async read(): Promise<TenantProfile> {
    return profile;
  }
  async write(_tenantId: number, written: TenantProfile): Promise<void> {
    if (written.timezone === 'Mars/Olympus') throw DomainError.field('timezone', 'unknown', 'unknown');
    profile = written;
  }
}

@Global()
@Module({ providers: [{ provide: TenantProfiles, useClass: Profiles }], exports: [TenantProfiles] })
class ProfilesModule {}

const actor: Actor = { ...systemActor('spec'), kind: 'tenant', id: 1, role: 'owner' };

describe('settings in a real database', () => {
  let tenancy: TestTenancy;
  let tenant: TestTenant;
  let app: INestApplicationContext;
  let settings: SettingsService;
  const rows = <T = Record<string, unknown>>(sql: string): Promise<T[]> => tenant.run(() => tenancy.database.query<T[]>(sql));

  beforeAll(async () => {
    tenancy = await createTestTenancy({ entities: settingsEntities });
    app = await (
      await Test.createTestingModule({ imports: [TestInfraModule.with({ tenancy }), ProfilesModule, SettingsModule] }).compile()
    ).init();
    settings = app.get(SettingsService, { strict: false });
  });
  afterAll(async () => {
    await app.close();
    await tenancy.drop();
  });
  beforeEach(async () => {
    profile = { name: 'Angin', timezone: 'Asia/Jakarta', currency: 'IDR', locale: 'id' };
    tenant = await tenancy.create();
    await rows("INSERT INTO settings (name, timezone, currency, locale) VALUES ('Angin', 'Asia/Jakarta', 'IDR', 'id')");
  });

  it('changes what is given, here and on the platform, and notes only that', async () => {
    const changed = await tenant.run(() => settings.update(actor, { timezone: 'Asia/Makassar', phone: '+62 361 1', address: undefined }));
    expect(changed).toEqual({
      name: 'Angin',
      timezone: 'Asia/Makassar',
      currency: 'IDR',
      locale: 'id',
      phone: '+62 361 1',
      address: null,
      keepSessionsMonths: 24,
      keepLoginsDays: 90,
    });
    expect(await tenant.run(() => settings.get(actor))).toEqual(changed);
    expect(profile.timezone).toBe('Asia/Makassar');
    expect(await rows('SELECT name, timezone, phone FROM settings')).toEqual([
      { name: 'Angin', timezone: 'Asia/Makassar', phone: '+62 361 1' },
    ]);
    expect(await rows('SELECT after_values FROM activity_log')).toEqual([
      { after_values: { timezone: 'Asia/Makassar', phone: '+62 361 1' } },
    ]);
  });

  it('lets only the owner say how long history is kept', async () => {
    await tenant.run(() => settings.update(actor, { keepSessionsMonths: 6, keepLoginsDays: 30 }));
    expect(await rows('SELECT keep_sessions_months, keep_logins_days FROM settings')).toEqual([
      { keep_sessions_months: 6, keep_logins_days: 30 },
    ]);
    expect(await rows('SELECT before_values, after_values FROM activity_log')).toEqual([
      {
        before_values: { keep_sessions_months: 24, keep_logins_days: 90 },
        after_values: { keep_sessions_months: 6, keep_logins_days: 30 },
      },
    ]);
    const admin: Actor = { ...actor, role: 'admin' };
    await expect(tenant.run(() => settings.update(admin, { keepLoginsDays: 7 }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // A form sends everything it shows.
    await tenant.run(() => settings.update(admin, { phone: '0361 12', keepSessionsMonths: 6, keepLoginsDays: 30 }));
  });

  it('changes nothing here when the platform refuses', async () => {
    await expect(tenant.run(() => settings.update(actor, { timezone: 'Mars/Olympus', phone: '1234567' }))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await rows('SELECT timezone, phone FROM settings')).toEqual([{ timezone: 'Asia/Jakarta', phone: null }]);
    expect(await rows('SELECT 1 FROM activity_log')).toEqual([]);
  });
});

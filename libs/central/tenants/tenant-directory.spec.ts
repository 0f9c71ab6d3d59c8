import type { ProgressBus } from '@jala/infra/queue';
import { testConfig } from '@jala/infra/testing';
import { CachedTenantDirectory } from './tenant-directory.service';
import type { Tenant } from './tenant.entity';
import type { TenantsRepository } from './tenants.repository';

describe('what the directory keeps', () => {
  const setUp = () => {
    let status = 'ready';
    let reading = (): Promise<void> => Promise.resolve();
    const find = jest.fn(async () => {
      const seen = { id: 1, slug: 'surya', status } as Tenant;
      await reading();
      return seen;
    });
    const repository = { findBySlug: find, findByDomain: find } as unknown as TenantsRepository;
    const bus = { publish: async () => undefined } as unknown as ProgressBus;
    const directory = new CachedTenantDirectory(repository, bus, testConfig());
    return {
      directory,
      find,
      suspend: () => (status = 'suspended'),
      duringTheNextRead: (fn: () => Promise<void>) => {
        reading = async () => {
          reading = () => Promise.resolve();
          await fn();
        };
      },
    };
  };

  it('is never what was read before the change it was told of', async () => {
    const { directory, suspend, duringTheNextRead } = setUp();
    duringTheNextRead(async () => {
      suspend();
      await directory.forget();
    });
    await directory.bySlug('surya');
    expect((await directory.bySlug('surya'))?.status).toBe('suspended');
  });

  it('is not filled with names that no tenant can have, nor is the database asked for them', async () => {
    const { directory, find } = setUp();
    const long = 'x'.repeat(8_000);
    expect(await directory.bySlug(long)).toBeUndefined();
    expect(await directory.bySlug("surya' OR 1")).toBeUndefined();
    expect(await directory.byHost(`${long}.localhost`)).toBeUndefined();
    expect(await directory.byHost(`${long}.example`)).toBeUndefined();
    expect(find).not.toHaveBeenCalled();
  });
});

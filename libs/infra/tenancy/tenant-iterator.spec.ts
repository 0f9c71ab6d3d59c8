import { Logger } from '@nestjs/common';
import type { TenantStatus } from '@jala/contracts';
import type { DirectoryEntry, DirectoryPage, TenantDirectory } from './ports';
import { TenantIterator } from './tenant-iterator';
import { TenantScope } from './tenant-scope';

const entry = (id: number, status: TenantStatus = 'ready'): DirectoryEntry => ({
  id,
  name: `ISP ${id}`,
  slug: `isp-${id}`,
  db: `t_isp_${id}`,
  host: 'default',
  timezone: 'Asia/Jakarta',
  currency: 'IDR',
  locale: 'id',
  status,
});

function iteratorOver(entries: DirectoryEntry[]): TenantIterator {
  const page = async ({ afterId, limit, statuses }: DirectoryPage) =>
    entries.filter(({ id, status }) => id > afterId && (statuses?.includes(status) ?? true)).slice(0, limit);
  return new TenantIterator({ page } as unknown as TenantDirectory);
}

describe('the tenant iterator', () => {
  beforeEach(() => jest.spyOn(Logger.prototype, 'error').mockImplementation());
  afterEach(() => jest.restoreAllMocks());

  it('visits every tenant once, in its own scope, over several pages', async () => {
    const seen: number[] = [];
    const report = await iteratorOver(Array.from({ length: 450 }, (_, index) => entry(index + 1))).run('count', async ({ id }) => {
      await Promise.resolve();
      expect(TenantScope.current().id).toBe(id);
      seen.push(id);
    });
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
    expect(report).toEqual({ name: 'count', succeeded: 450, failures: [], aborted: false });
    expect(TenantScope.peek()).toBeUndefined();
  });

  it('goes on after a bad tenant and reports it', async () => {
    const report = await iteratorOver([entry(1), entry(2), entry(3)]).run('bad', async ({ id }) => {
      if (id === 2) throw new Error('broken');
    });
    expect(report.succeeded).toBe(2);
    expect(report.failures).toEqual([{ tenantId: 2, slug: 'isp-2', error: expect.objectContaining({ message: 'broken' }) }]);
  });

  it('leaves out tenants that are not in service, unless they are asked for', async () => {
    const iterator = iteratorOver([entry(1), entry(2, 'suspended'), entry(3, 'pending')]);
    expect((await iterator.run('ready', async () => undefined)).succeeded).toBe(1);
    expect((await iterator.run('both', async () => undefined, { statuses: ['ready', 'suspended'] })).succeeded).toBe(2);
  });

  it('works on as many at once as it is told', async () => {
    let now = 0;
    let most = 0;
    await iteratorOver(Array.from({ length: 20 }, (_, index) => entry(index + 1))).run(
      'parallel',
      async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
      },
      { concurrency: 3 },
    );
    expect(most).toBe(3);
  });

  it('stops between two tenants when it is told to', async () => {
    const controller = new AbortController();
    const report = await iteratorOver([entry(1), entry(2), entry(3)]).run('stop', async () => controller.abort(), {
      concurrency: 1,
      signal: controller.signal,
    });
    expect(report).toMatchObject({ succeeded: 1, aborted: true });
  });
});

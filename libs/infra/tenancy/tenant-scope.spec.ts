import { setTimeout as sleep } from 'node:timers/promises';
import { LogContext } from '@jala/infra/logging';
import { openScope, type TenantContext, TenantScope } from './tenant-scope';

const tenant = (id: number): TenantContext & { secret: string } => ({
  id,
  slug: `isp-${id}`,
  db: `t_isp_${id}`,
  host: 'default',
  timezone: 'Asia/Jakarta',
  currency: 'IDR',
  locale: 'id',
  secret: 'not part of a context',
});

describe('the tenant scope', () => {
  it('is there for everything inside, however it is interleaved with others, and nothing outside', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, id) =>
        TenantScope.run(tenant(id), async () => {
          await sleep(Math.random() * 5);
          await Promise.all([1, 2].map(async () => expect(TenantScope.current().id).toBe(id)));
        }),
      ),
    );
    expect(TenantScope.peek()).toBeUndefined();
    expect(() => TenantScope.current()).toThrow('NO_TENANT_SCOPE');
  });

  it('returns to the outer one after an inner one, also when that fails', async () => {
    await TenantScope.run(tenant(1), async () => {
      await expect(TenantScope.run(tenant(2), async () => Promise.reject(new Error('inner')))).rejects.toThrow('inner');
      expect(TenantScope.current().id).toBe(1);
    });
  });

  it('cannot be changed and carries nothing but the context', async () => {
    await TenantScope.run(tenant(1), async () => {
      const context = TenantScope.current();
      expect(Object.isFrozen(context)).toBe(true);
      expect(Object.keys(context).sort()).toEqual(['currency', 'db', 'host', 'id', 'locale', 'slug', 'timezone']);
    });
  });

  it('knows when it has ended, which code that outlived it does not', async () => {
    let late: Promise<boolean | undefined> = Promise.resolve(undefined);
    await TenantScope.run(tenant(1), async () => {
      expect(openScope()?.ended).toBe(false);
      late = sleep(5).then(() => openScope()?.ended);
    });
    expect(await late).toBe(true);
  });

  it('names the tenant on every line of the log', async () => {
    await TenantScope.run(tenant(7), async () => {
      LogContext.run({ request_id: 'r1' }, () => expect(LogContext.current()).toEqual({ request_id: 'r1', tenant: 'isp-7' }));
    });
  });
});

import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { SystemClock } from '@jala/kernel';
import { AppLogger } from '@jala/infra/logging';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import {
  createTestCentral,
  createTestTenancy,
  testConfig,
  testServices,
  type TestCentral,
  TestInfraModule,
  type TestTenancy,
  type TestTenant,
} from '@jala/infra/testing';
import {
  GivenUpJobs,
  GivenUpJobsModule,
  GivenUpNotes,
  HandlesJob,
  type JobContext,
  JobHandler,
  type JobName,
  JOB_NAMES,
  Outbox,
  OutboxRelay,
  OutboxSweep,
  QueueModule,
  QueueWorkerModule,
  TenantOutbox,
  UnrecoverableJobError,
} from '.';
import { DirtyTenants } from './dirty-tenants';
import { RedisConnections } from './redis-connections';

interface Call {
  readonly job: string;
  readonly payload: unknown;
  readonly tenant: string | undefined;
  readonly attempt: number;
}

/** What the handlers of a test did, and what they are to do. */
class Script {
  readonly calls: Call[] = [];
  behave: (call: Call) => void | Promise<void> = () => undefined;
  readonly database = new Map<string, string>();
}

const script = new Script();

function handlerOf(name: JobName) {
  @Injectable()
  @HandlesJob(name)
  class Handler extends JobHandler<JobName> {
    constructor(private readonly tenant: TenantDatabase) {
      super();
    }

    async handle(payload: unknown, { attempt }: JobContext): Promise<void> {
      const scope = TenantScope.peek();
      const call = { job: name, payload, tenant: scope?.slug, attempt };
      script.calls.push(call);
      if (scope) {
        const [row] = await this.tenant.query<{ name: string }[]>('SELECT DATABASE() AS name');
        script.database.set(scope.slug, row!.name);
      }
      await script.behave(call);
    }
  }
  return Handler;
}

@Module({ imports: [QueueWorkerModule], providers: JOB_NAMES.map((name) => handlerOf(name)) })
class WorkerModule {}

const mail = (to: string) => ({ to, template: 'x', locale: 'en', params: {} });

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`timed out waiting for ${what}`);
}

describe('the outbox', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let surya: TestTenant;
  let fajar: TestTenant;
  let producer: TestingModule;
  let redis: Redis;
  const workers: TestingModule[] = [];

  const infra = () => TestInfraModule.with({ central, tenancy, clock: new SystemClock() });
  const rows = async () => Number((await central.database.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM outbox'))[0]!.n);

  /** FLUSHALL, for us alone: other specs use the same server at the same time. */
  async function loseRedis(): Promise<void> {
    for (const key of await redis.keys(`${central.config.redis.prefix}:*`)) await redis.del(key);
  }

  async function startWorker(): Promise<TestingModule> {
    const worker = await Test.createTestingModule({ imports: [infra(), QueueModule, WorkerModule] })
      .setLogger(new AppLogger(central.config))
      .compile();
    await worker.init();
    workers.push(worker);
    return worker;
  }

  /** As the command line has it. */
  async function withGivenUpJobs(): Promise<GivenUpJobs> {
    const program = await Test.createTestingModule({ imports: [infra(), QueueModule, GivenUpJobsModule] })
      .setLogger(new AppLogger(central.config))
      .compile();
    await program.init();
    workers.push(program);
    return program.get(GivenUpJobs);
  }

  beforeAll(async () => {
    central = await createTestCentral();
    tenancy = await createTestTenancy();
    [surya, fajar] = [await tenancy.create(), await tenancy.create()];
    redis = new Redis(central.config.redis.url);
    producer = await Test.createTestingModule({ imports: [infra(), QueueModule] })
      .setLogger(new AppLogger(central.config))
      .compile();
    await producer.init();
  });

  beforeEach(async () => {
    await Promise.all(workers.splice(0).map(closeQuietly));
    await loseRedis();
    await central.database.query('DELETE FROM outbox');
    script.calls.length = 0;
    script.behave = () => undefined;
  });

  afterAll(async () => {
    await Promise.all([...workers, producer].map(closeQuietly));
    redis.disconnect();
    await tenancy.drop();
    await central.drop();
  });

  /** The databases belong to the test, not to the module. */
  async function closeQuietly(module: TestingModule): Promise<void> {
    jest.spyOn(central.database, 'onApplicationShutdown').mockResolvedValue();
    jest.spyOn(tenancy.database, 'onApplicationShutdown').mockResolvedValue();
    await module.close();
  }

  it('runs a job after the commit, once, and keeps nothing of it', async () => {
    await startWorker();
    await central.database.transaction(async () => {
      await producer.get(Outbox).enqueue('mail.send', mail('a@example.com'));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(script.calls).toEqual([]);
    });
    await until(async () => script.calls.length === 1 && (await rows()) === 0, 'the job');
    expect(script.calls[0]).toMatchObject({ job: 'mail.send', payload: { to: 'a@example.com' }, tenant: undefined, attempt: 1 });
  });

  it('runs nothing after a rollback', async () => {
    const worker = await startWorker();
    const failing = central.database.transaction(async () => {
      await producer.get(Outbox).enqueue('mail.send', mail('a@example.com'));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await worker.get(OutboxSweep).sweep();
    await worker.get(OutboxSweep).sweepAll();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(script.calls).toEqual([]);
    expect(await rows()).toBe(0);
  });

  it('runs a job that Redis forgot between the commit and the run', async () => {
    await producer.get(Outbox).enqueue('mail.send', mail('lost@example.com'));
    await surya.run(() => producer.get(TenantOutbox).enqueue('mail.send', { ...mail('lost-too@example.com'), tenantId: surya.context.id }));
    await producer.get(OutboxRelay).idle();
    expect(await redis.keys(`${central.config.redis.prefix}:queue:mail:central-*`)).toHaveLength(1);
    await loseRedis();
    await startWorker();
    await until(() => script.calls.length === 2, 'both jobs');
    expect(script.calls.map(({ tenant }) => tenant).sort()).toEqual([surya.context.slug, undefined].sort());
    await until(async () => (await rows()) === 0, 'the acknowledgement');
  });

  it('runs a job whose process died between the commit and the hand-over', async () => {
    await central.database.query("INSERT INTO outbox (job, payload, created_at) VALUES ('mail.send', ?, NOW(3) - INTERVAL 1 MINUTE)", [
      JSON.stringify(mail('orphan@example.com')),
    ]);
    await surya.run(() =>
      tenancy.database.query(
        "INSERT INTO outbox (job, payload, created_at) VALUES ('radius.disconnect-user', ?, NOW(3) - INTERVAL 1 MINUTE)",
        [JSON.stringify({ tenantId: surya.context.id, username: 'budi', reason: 'test' })],
      ),
    );
    const worker = await startWorker();
    await until(() => script.calls.length === 2, 'the jobs of the first sweep, which looks everywhere');
    await worker.get(OutboxSweep).sweep();
    expect(script.calls).toHaveLength(2);
  });

  it('hands over twice without running twice', async () => {
    let release: () => void = () => undefined;
    script.behave = () => new Promise((resolve) => (release = resolve));
    const worker = await startWorker();
    await producer.get(Outbox).enqueue('mail.send', mail('slow@example.com'));
    await until(() => script.calls.length === 1, 'the start');
    const soon = new Date(Date.now() + 60_000);
    await worker.get(OutboxSweep).sweepAll({ createdBefore: soon, handedBefore: soon });
    release();
    await until(async () => (await rows()) === 0, 'the acknowledgement');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(script.calls).toHaveLength(1);
  });

  it('opens the scope of the tenant a job is about, and of no other', async () => {
    await startWorker();
    for (const tenant of [surya, fajar, surya]) {
      await tenant.run(() =>
        producer.get(TenantOutbox).enqueue('radius.disconnect-user', { tenantId: tenant.context.id, username: 'x', reason: 'suspended' }),
      );
    }
    await producer.get(Outbox).enqueue('router.unpublish', { tenantId: fajar.context.id, registryId: 1, address: '192.0.2.1' });
    await until(() => script.calls.length === 4, 'the jobs');
    for (const { payload, tenant } of script.calls) {
      const expected = [surya, fajar].find(({ context }) => context.id === (payload as { tenantId: number }).tenantId)!;
      expect(tenant).toBe(expected.context.slug);
      expect(script.database.get(tenant!)).toBe(expected.context.db);
    }
  });

  it("refuses a job about another tenant in a tenant's outbox", async () => {
    const enqueue = surya.run(() =>
      producer.get(TenantOutbox).enqueue('radius.disconnect-user', { tenantId: fajar.context.id, username: 'x', reason: 'suspended' }),
    );
    await expect(enqueue).rejects.toThrow('another tenant');
  });

  it('hands over what it knows, however many rows of a newer version stand before it', async () => {
    await central.database.query(
      `INSERT INTO outbox (job, payload, created_at) SELECT 'job.of-tomorrow', '{}', '2020-01-01' FROM seq_1_to_500`,
    );
    try {
      const worker = await startWorker();
      await central.database.query("INSERT INTO outbox (job, payload, created_at) VALUES ('mail.send', ?, '2020-01-01')", [
        JSON.stringify(mail('behind@example.com')),
      ]);
      await worker.get(OutboxSweep).sweep();
      await until(() => script.calls.length === 1, 'the job');
    } finally {
      await central.database.query("DELETE FROM outbox WHERE job = 'job.of-tomorrow'");
    }
  });

  it('drops the jobs of a tenant that is gone, and says so', async () => {
    const warned = jest.spyOn(AppLogger.prototype, 'warn').mockImplementation();
    await startWorker();
    await producer.get(Outbox).enqueue('tenant.delete', { tenantId: 999_999 });
    await until(async () => (await rows()) === 0, 'the acknowledgement');
    expect(script.calls).toEqual([]);
    expect(warned.mock.calls.map(([message]) => String(message)).join('\n')).toContain('a job of tenant 999999 is dropped');
    warned.mockRestore();
  });

  it('tries again after a failure and counts the attempts', async () => {
    script.behave = ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
    };
    await startWorker();
    await producer.get(Outbox).enqueue('router.unpublish', { tenantId: surya.context.id, registryId: 1, address: '192.0.2.1' });
    await until(async () => (await rows()) === 0, 'success');
    expect(script.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('keeps what was given up for a person to see, and does not hand it over again', async () => {
    script.behave = () => {
      throw new UnrecoverableJobError('no such mailbox');
    };
    const worker = await startWorker();
    await producer.get(Outbox).enqueue('mail.send', mail('nobody@example.com'));
    const failed = () =>
      central.database.query<{ error: string; attempts: number; failed_at: Date | null }[]>(
        'SELECT error, attempts, failed_at FROM outbox',
      );
    await until(async () => (await failed())[0]?.failed_at instanceof Date, 'giving up');
    expect((await failed())[0]).toMatchObject({ error: 'no such mailbox', attempts: 1 });
    const soon = new Date(Date.now() + 60_000);
    await worker.get(OutboxSweep).sweepAll({ createdBefore: soon, handedBefore: soon });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(script.calls).toHaveLength(1);
  });

  it('shows what was given up in any outbox, and tries one or all of it again', async () => {
    script.behave = () => {
      throw new UnrecoverableJobError('no such mailbox');
    };
    const worker = await startWorker();
    const jobs = await withGivenUpJobs();
    const noted = async (): Promise<string[]> => {
      await worker.get(OutboxSweep).sweepAll();
      return (await worker.get(GivenUpNotes).read()).map(({ tenant, jobs: count }) => `${tenant} ${count}`);
    };
    const ask = (tenant: TestTenant): Promise<void> =>
      tenant.run(() =>
        producer.get(TenantOutbox).enqueue('radius.disconnect-user', { tenantId: tenant.context.id, username: 'x', reason: 'suspended' }),
      );
    await producer.get(Outbox).enqueue('mail.send', mail('nobody@example.com'));
    await ask(surya);
    await ask(surya);
    await ask(fajar);
    const listed = async (): Promise<string[]> =>
      (await jobs.list()).jobs.map(({ tenant, job, attempts, error }) => [tenant ?? 'central', job, attempts, error].join(' '));
    const of = ({ context: { slug } }: TestTenant): string => `${slug} radius.disconnect-user 1 no such mailbox`;
    await until(async () => (await listed()).length === 4, 'giving up');
    expect(await listed()).toEqual(['central mail.send 1 no such mailbox', ...[of(surya), of(surya), of(fajar)].sort()]);

    expect(await noted()).toEqual([`${surya.context.slug} 2`, `${fajar.context.slug} 1`]);

    script.behave = () => undefined;
    script.calls.length = 0;
    const [first] = (await jobs.list()).jobs.filter(({ tenant }) => tenant === surya.context.slug);
    expect(await jobs.retry(fajar.context.slug, 999_999)).toBe(0);
    expect(await jobs.retry(surya.context.slug, first!.id)).toBe(1);
    await until(() => script.calls.length === 1, 'the one');
    expect(await listed()).toEqual(['central mail.send 1 no such mailbox', ...[of(surya), of(fajar)].sort()]);
    expect(await jobs.retryEverywhere()).toEqual({ retried: 3, failures: [] });
    await until(() => script.calls.length === 4, 'the others');
    await until(async () => (await rows()) === 0, 'the acknowledgement');
    expect([await listed(), await noted()]).toEqual([[], []]);
    await expect(jobs.retry('nobody-here')).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  it('waits until the wished instant', async () => {
    await startWorker();
    const began = Date.now();
    await producer.get(Outbox).enqueue('mail.send', mail('later@example.com'), { runAt: new Date(began + 700) });
    await until(() => script.calls.length === 1, 'the job');
    expect(Date.now() - began).toBeGreaterThanOrEqual(690);
  });

  it('forgets the note of a tenant that is gone, or has gone into the archive, and keeps that of one that cannot be reached', async () => {
    const worker = await startWorker();
    const dirty = worker.get(DirtyTenants);
    const noted = async () => (await dirty.notedBefore(new Date(Date.now() + 60_000))).map(({ tenantId }) => tenantId).sort();
    await dirty.askRedisToRemember();
    const archived = await tenancy.create();
    await archived.run(() =>
      tenancy.database.query("INSERT INTO outbox (job, payload, created_at) VALUES ('mail.send', '{}', '2020-01-01')"),
    );
    tenancy.tenants.setStatus(archived.context.id, 'archived');
    const unreachable = { ...surya.context, id: 999_998 };
    tenancy.tenants.set(unreachable, { ...surya.target, password: 'changed' });
    for (const id of [999_999, archived.context.id, unreachable.id]) dirty.note(id);
    await until(async () => (await noted()).length === 3, 'the notes');
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask'],
      now: Date.now() + 10_000,
    });
    await worker
      .get(OutboxSweep)
      .sweep()
      .finally(() => jest.useRealTimers());
    expect(await noted()).toEqual([unreachable.id]);
    expect(script.calls).toEqual([]);
  });

  it('commits also while Redis is away, and runs the job when it is back', async () => {
    const away = await createTestCentral({ overrides: { REDIS_URL: 'redis://127.0.0.1:1' } });
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central: { ...central, config: away.config }, tenancy, clock: new SystemClock() }), QueueModule],
    })
      .setLogger(new AppLogger(central.config))
      .compile();
    await module.init();
    const began = Date.now();
    await module.get(Outbox).enqueue('mail.send', mail('patient@example.com'));
    expect(Date.now() - began).toBeLessThan(1_000);
    await module.get(OutboxRelay).idle();
    await closeQuietly(module);
    await away.drop();
    await startWorker();
    await until(() => script.calls.length === 1, 'the job');
  });
});

describe('the note of a tenant with rows that are owed', () => {
  it('reaches a Redis that was away for a moment and has lost nothing', async () => {
    const redis = new RedisConnections(testConfig({ services: await testServices() }));
    try {
      await redis.onModuleInit();
      const dirty = new DirtyTenants(redis);
      redis.commands.disconnect(true);
      dirty.note(17);
      const isNoted = async () => (await dirty.notedBefore(new Date(Date.now() + 1_000))).some(({ tenantId }) => tenantId === 17);
      await until(() => isNoted().catch(() => false), 'the note');
      await redis.commands.del(redis.key('outbox', 'dirty-tenants'));
    } finally {
      await redis.onApplicationShutdown();
    }
  });
});

describe('a program with job handlers', () => {
  const compile = async (names: JobName[]) => {
    const central = await createTestCentral({ migrate: false });
    const tenancy = await createTestTenancy();
    @Module({ imports: [QueueWorkerModule], providers: names.map((name) => handlerOf(name)) })
    class Handlers {}
    const module = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy, clock: new SystemClock() }), QueueModule, Handlers],
    })
      .setLogger(new AppLogger(central.config))
      .compile();
    const started = await module.init().then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
    await module.close().catch(() => undefined);
    await tenancy.drop().catch(() => undefined);
    await central.drop().catch(() => undefined);
    return started;
  };

  it('does not start without a handler for every job, nor with two for one', async () => {
    const message = await compile([...JOB_NAMES.filter((name) => name !== 'mail.send'), 'tenant.delete']);
    expect(message).toContain('mail.send has no handler');
    expect(message).toContain('tenant.delete has two handlers');
  });
});

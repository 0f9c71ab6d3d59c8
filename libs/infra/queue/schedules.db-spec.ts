import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { AppLogger } from '@jala/infra/logging';
import { testConfig, TestInfraModule, testServices } from '@jala/infra/testing';
import { Schedule, ScheduledTask } from './schedule';
import { RedisConnections } from './redis-connections';
import { RedisLease } from './redis-lease';
import { Schedules } from './schedules';

const runs = { once: 0, everywhere: 0, failing: 0, slow: 0, slowAtOnce: 0, mostSlowAtOnce: 0 };

@Injectable()
@Schedule({ name: 'test.once', everyMs: 500, atStart: true })
class Once extends ScheduledTask {
  async run(): Promise<void> {
    runs.once++;
  }
}

@Injectable()
@Schedule({ name: 'test.everywhere', everyMs: 60_000, atStart: true, once: false })
class Everywhere extends ScheduledTask {
  async run(): Promise<void> {
    runs.everywhere++;
  }
}

@Injectable()
@Schedule({ name: 'test.failing', everyMs: 500, atStart: true })
class Failing extends ScheduledTask {
  async run(): Promise<void> {
    runs.failing++;
    throw new Error('a bad day');
  }
}

@Injectable()
@Schedule({ name: 'test.slow', everyMs: 500, atStart: true })
class Slow extends ScheduledTask {
  async run(): Promise<void> {
    runs.slow++;
    runs.mostSlowAtOnce = Math.max(runs.mostSlowAtOnce, ++runs.slowAtOnce);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    runs.slowAtOnce--;
  }
}

@Module({ imports: [DiscoveryModule], providers: [RedisConnections, RedisLease, Schedules, Once, Everywhere, Failing, Slow] })
class TestModule {}

describe('schedules of three workers', () => {
  let workers: TestingModule[];

  beforeAll(async () => {
    const config = testConfig({ services: await testServices() });
    workers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const worker = await Test.createTestingModule({ imports: [TestInfraModule.with({ config }), TestModule] })
          .setLogger(new AppLogger(config))
          .compile();
        return worker.init();
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it('run a task once a period, whoever does it', () => {
    // 3.2 s hold six and a half periods; a busy machine is late, never early.
    expect(runs.once).toBeGreaterThanOrEqual(3);
    expect(runs.once).toBeLessThanOrEqual(8);
  });

  it('run everywhere what is about the machine', () => {
    expect(runs.everywhere).toBe(3);
  });

  it('go on after a failure', () => {
    expect(runs.failing).toBeGreaterThanOrEqual(2);
  });

  it('never run a task that outlasts its period twice at once, and finish it before they end', () => {
    expect(runs.slow).toBeGreaterThanOrEqual(2);
    expect(runs.mostSlowAtOnce).toBe(1);
    expect(runs.slowAtOnce).toBe(0);
  });
});

import { AppConfig } from '@jala/infra/config';
import { testConfig, testServices } from '@jala/infra/testing';
import { ProgressBus } from './progress-bus';
import { RedisConnections } from './redis-connections';

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe('the progress bus', () => {
  let config: AppConfig;
  const opened: RedisConnections[] = [];
  const bus = async (given = config): Promise<ProgressBus> => {
    const redis = new RedisConnections(given);
    opened.push(redis);
    await redis.onModuleInit();
    return new ProgressBus(redis);
  };

  beforeAll(async () => {
    config = testConfig({ services: await testServices() });
  });

  afterAll(() => Promise.all(opened.map((redis) => redis.onApplicationShutdown())));

  it('reaches the listeners of a channel in every process, and no others', async () => {
    const [speaker, listener, other] = [await bus(), await bus(), await bus(testConfig({ services: await testServices() }))];
    const heard: unknown[] = [];
    await listener.subscribe('a', (event) => heard.push(['a', event]));
    await listener.subscribe('a', (event) => heard.push(['a too', event]));
    await listener.subscribe('b', (event) => heard.push(['b', event]));
    await other.subscribe('a', (event) => heard.push(['another installation', event]));
    await speaker.publish('a', { step: 1 });
    await soon();
    expect(heard).toEqual([
      ['a', { step: 1 }],
      ['a too', { step: 1 }],
    ]);
  });

  it('stops when told, and can be listened to again', async () => {
    const [speaker, listener] = [await bus(), await bus()];
    const heard: unknown[] = [];
    const stop = await listener.subscribe('a', (event) => heard.push(event));
    stop();
    stop();
    await speaker.publish('a', 1);
    await soon();
    await listener.subscribe('a', (event) => heard.push(event));
    await speaker.publish('a', 2);
    await soon();
    expect(heard).toEqual([2]);
  });

  it('goes on for the others when one listener throws, or somebody publishes what is no JSON', async () => {
    const [speaker, listener] = [await bus(), await bus()];
    const heard: unknown[] = [];
    await listener.subscribe('mistakes', () => {
      throw new Error('a mistake of this listener');
    });
    await listener.subscribe('mistakes', (event) => heard.push(event));
    const raw = new RedisConnections(config);
    opened.push(raw);
    await raw.onModuleInit();
    await raw.commands.publish(raw.key('progress', 'mistakes'), 'not json');
    await speaker.publish('mistakes', 1);
    await soon();
    expect(heard).toEqual([1]);
  });

  it('tells the second listener too only when it listens', async () => {
    const [speaker, listener] = [await bus(), await bus()];
    const heard: unknown[] = [];
    const first = listener.subscribe('second', () => undefined);
    await listener.subscribe('second', (event) => heard.push(event));
    await speaker.publish('second', 1);
    await first;
    await soon();
    expect(heard).toEqual([1]);
  });

  it('does not fail while Redis is away', async () => {
    const away = await bus(testConfig({}, { REDIS_URL: 'redis://127.0.0.1:1' }));
    await expect(away.publish('a', 1)).resolves.toBeUndefined();
  });
});

import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { freePorts } from '../../../scripts/lib/free-ports.mjs';
import { WorkerServer } from './worker-server';

describe('what a worker answers', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('its numbers only to programs on its own machine and to whoever has the token', async () => {
    const [port] = await freePorts(1);
    const parts: unknown[] = [
      { worker: { port }, http: { host: '127.0.0.1' }, metrics: { token: 'a-token-of-the-monitoring' } },
      { query: async () => [] },
      { commands: { ping: async () => 'PONG' } },
      { counts: () => Promise.reject(new Error('away')) },
      { running: true },
      { metrics: () => [] },
      { last: async () => undefined },
      { open: async () => [] },
    ];
    register.clear();
    const server = new WorkerServer(...(parts as ConstructorParameters<typeof WorkerServer>));
    await server.listen();
    try {
      const status = async (headers: Record<string, string>): Promise<number> =>
        (await fetch(`http://127.0.0.1:${port}/metrics`, { headers, signal: AbortSignal.timeout(2_000) })).status;
      expect(await status({})).toBe(200);
      expect(await status({ 'x-forwarded-for': '198.51.100.7' })).toBe(401);
      expect(await status({ 'x-forwarded-for': '198.51.100.7', authorization: 'Bearer a-token-of-the-monitoring' })).toBe(200);
    } finally {
      server.onApplicationShutdown();
    }
  });

  it('an error when the numbers cannot be gathered, and goes on', async () => {
    register.clear();
    const [port] = await freePorts(1);
    let broken = true;
    const metrics = (): [] => {
      if (broken) throw new Error('numbers of another version');
      return [];
    };
    const parts: unknown[] = [
      { worker: { port }, http: { host: '127.0.0.1' }, metrics: { token: undefined } },
      { query: async () => [] },
      { commands: { ping: async () => 'PONG' } },
      { counts: () => Promise.reject(new Error('away')) },
      { running: true },
      { metrics },
      { last: async () => undefined },
      { open: async () => [] },
    ];
    const server = new WorkerServer(...(parts as ConstructorParameters<typeof WorkerServer>));
    await server.listen();
    try {
      const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
      expect((await ask('/metrics')).status).toBe(500);
      expect((await ask('/health')).status).toBe(200);
      broken = false;
      expect((await ask('/metrics')).status).toBe(200);
    } finally {
      server.onApplicationShutdown();
    }
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { WorkerServer } from './worker-server';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('what a worker answers', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('its numbers only to programs on its own machine and to whoever has the token', async () => {
    const port = await freePort();
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
    const port = await freePort();
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

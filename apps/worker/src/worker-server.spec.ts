import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Logger } from '@nestjs/common';
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

  it('an error when the numbers cannot be gathered, and goes on', async () => {
    const port = await freePort();
    let broken = true;
    const metrics = (): [] => {
      if (broken) throw new Error('numbers of another version');
      return [];
    };
    const parts: unknown[] = [
      { worker: { port }, http: { host: '127.0.0.1' } },
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

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 30_000;
const KEPT_OUTPUT = 16_384;

/** One FreeRADIUS process on a configuration of its own. */
export class FreeRadius {
  private constructor(
    private readonly child: ChildProcess,
    private readonly output: { text: string },
  ) {}

  /** @throws Error with the end of its log when it does not get ready */
  static async start(raddb: string, name: string, env: Record<string, string> = {}): Promise<FreeRadius> {
    const child = spawn('freeradius', ['-f', '-l', 'stdout', '-d', raddb, '-n', name], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output.text = `${output.text}${text}`.slice(-KEPT_OUTPUT)));
    const failed = once(child, 'error').then(([error]) => {
      throw error as Error;
    });
    failed.catch(() => undefined);
    const deadline = Date.now() + START_MS;
    while (!output.text.includes('Ready to process requests')) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`freeradius -n ${name} did not start:\n${output.text}`);
      }
      await Promise.race([sleep(20), failed]);
    }
    return new FreeRadius(child, output);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): string {
    return this.output.text;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const end = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await end;
  }
}

const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process has used so far (proc_pid_stat(5): utime and stime). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** UDP ports of the loopback interface that nobody used a moment ago. */
export async function freeUdpPorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      return socket;
    }),
  );
  const ports = sockets.map((socket) => socket.address().port);
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  return ports;
}

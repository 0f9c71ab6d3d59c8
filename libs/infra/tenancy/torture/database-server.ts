import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { DatabaseServer } from '@jala/infra/central-db';

/** A database server of the test's own, see run-database-server.mjs. */
export class TortureServer {
  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    private readonly lines: Interface,
    readonly root: DatabaseServer,
    /** An authority of the same name that has not signed this server's certificate. */
    readonly strangerCa: string | undefined,
  ) {}

  static async start({ tls = false } = {}): Promise<TortureServer> {
    const child = spawn(process.execPath, [join(__dirname, 'run-database-server.mjs'), ...(tls ? ['tls'] : [])], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])])) as [string | undefined];
    if (first === undefined) throw new Error('The database server of the test did not start; see above.');
    const { root, strangerCa } = JSON.parse(first) as { root: DatabaseServer; strangerCa?: string };
    return new TortureServer(child, lines, root, strangerCa);
  }

  /** `kill` is SIGKILL, `stop` an orderly shutdown; `freeze` is SIGSTOP. */
  async tell(command: 'kill' | 'stop' | 'start' | 'freeze' | 'thaw'): Promise<void> {
    this.child.stdin.write(`${command}\n`);
    await once(this.lines, 'line');
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}

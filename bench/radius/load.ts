import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What one run of the load generator saw. Rates are per second of the measured time, `cpu` is in cores. */
export interface LoadResult {
  /** Those of the warm-up among them; everything else is about the measured time. */
  readonly answers: number;
  readonly seconds: number;
  readonly done: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly lost: number;
  readonly repeated: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly cpu: number;
}

export interface Load {
  readonly mode: 'pap' | 'chap' | 'mschapv2' | 'acct';
  readonly port: number;
  /** The first of the routers, and how many. */
  readonly firstTenant?: number;
  readonly tenants: number;
  /** 1: the routers of the tenants; 2: their second routers. */
  readonly network?: number;
  readonly users: number;
  readonly window: number;
  readonly seconds?: number;
  readonly warmUpSeconds?: number;
  /** Instead of seconds: so many requests and no more. */
  readonly requests?: number;
  /** Requests per second whatever the answers do; left out: as fast as they come. */
  readonly rate?: number;
  readonly badPasswords?: boolean;
}

export const ROUTER_SECRET = 'secret-of-the-bench';

/** The address from which radload.c sends as the router of a tenant. */
export const routerAddress = (tenant: number, network = 1): string => `127.${network}.${Math.floor(tenant / 250)}.${1 + (tenant % 250)}`;

/** The project's own load generator: one C program, built on the spot because machines differ. */
export class LoadGenerator {
  private constructor(private readonly program: string) {}

  /** @throws Error with what to do when there is no C compiler */
  static async compile(folder: string): Promise<LoadGenerator> {
    const program = join(folder, 'radload');
    const sources = ['radload.c', 'digests.c'].map((name) => join(__dirname, name));
    const { code, stderr } = await run('cc', ['-O2', '-o', program, ...sources]).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error('There is no C compiler. The load generator needs one: apt-get install gcc libc6-dev');
    });
    if (code !== 0) throw new Error(`The load generator does not compile (apt-get install gcc libc6-dev):\n${stderr}`);
    return new LoadGenerator(program);
  }

  async run(load: Load): Promise<LoadResult> {
    const settings: Record<string, string | number | undefined> = {
      mode: load.mode,
      port: load.port,
      first_tenant: load.firstTenant ?? 0,
      tenants: load.tenants,
      network: load.network ?? 1,
      users: load.users,
      window: load.window,
      seconds: load.seconds,
      warm_up: load.warmUpSeconds,
      requests: load.requests,
      rate: load.rate,
      bad_passwords: load.badPasswords ? 1 : 0,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
    const { code, stdout, stderr } = await run(this.program, args, { RADLOAD_SECRET: ROUTER_SECRET });
    if (code !== 0) throw new Error(`The load generator ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as LoadResult;
  }
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

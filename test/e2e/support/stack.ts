import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../scripts/lib/free-ports.mjs';
import { ApiClient } from './api-client';

const ROOT = join(__dirname, '../../..');
const PORTS_NEEDED = 10;

/** What the launcher writes to run.json. */
export interface RunFile {
  readonly api: string;
  readonly web: string;
  readonly radius: { readonly auth: number; readonly acct: number; readonly coa: number; readonly radsec: number; readonly secret: string };
  readonly db: { readonly host: string; readonly port: number; readonly socket: string };
  readonly redis: string;
  readonly superadmin: { readonly email: string; readonly password: string };
  readonly tenant?: { readonly slug: string; readonly email: string; readonly password: string };
  readonly pids: Readonly<Record<string, number>>;
}

export interface Stack {
  readonly dataDir: string;
  readonly run: RunFile;
  /** The platform's own host. */
  readonly platform: ApiClient;
  /** A tenant's host. */
  tenant(slug: string): ApiClient;
  superadmin(): Promise<ApiClient>;
  stop(): Promise<void>;
}

/** Starts everything as a user would, `npm start` with a data folder and ports of its own, and waits until it is ready. */
export async function startStack(options: { demo?: boolean; env?: Record<string, string> } = {}): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'jala-e2e-'));
  const launcher = spawn(process.execPath, ['scripts/start.mjs', ...(options.demo ? [] : ['--empty'])], {
    cwd: ROOT,
    env: { ...process.env, ...options.env, JALA_DATA: join(dataDir, 'data'), JALA_PORT_BASE: String((await freePorts(PORTS_NEEDED))[0]) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(launcher);
  return connect(join(dataDir, 'data'), async () => {
    await stopped(launcher);
    rmSync(dataDir, { recursive: true, force: true });
  });
}

/** A handle on a stack that is running already; stopping it is its starter's business. */
export function connect(dataDir: string, stop: () => Promise<void> = async () => undefined): Stack {
  const run = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
  const port = new URL(run.api).port;
  const platform = new ApiClient(`http://127.0.0.1:${port}`, { host: `localhost:${port}` });
  return {
    dataDir,
    run,
    platform,
    tenant: (slug) => platform.with({ host: `${slug}.localhost:${port}` }),
    superadmin: () => platform.login(run.superadmin.email, run.superadmin.password),
    stop,
  };
}

/** The stack that global-setup.ts started for this run. */
export function sharedStack(): Stack {
  const dataDir = process.env['JALA_E2E_DATA'];
  if (!dataDir) throw new Error('no shared stack: run through jest with --selectProjects e2e or web');
  return connect(dataDir);
}

/** A slug nobody else uses: specs share the stack. */
export const uniqueSlug = (prefix = 'isp'): string => `${prefix}-${randomBytes(4).toString('hex')}`;

/** Asks again until it is so. The message says what was waited for. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface TenantInUse {
  readonly id: number;
  readonly slug: string;
  readonly owner: ApiClient;
  readonly email: string;
  readonly password: string;
}

/** Creates a tenant through the API, waits until the worker has made it ready, and logs its owner in. */
export async function createTenant(stack: Stack, admin: ApiClient, slug = uniqueSlug()): Promise<TenantInUse> {
  const email = `owner@${slug}.example`;
  const password = `${randomBytes(9).toString('base64url')}aA1!`;
  const created = await admin.post<{ id: number }>('/api/platform/tenants', {
    name: `ISP ${slug}`,
    slug,
    owner_name: 'Owner',
    owner_email: email,
    owner_password: password,
  });
  if (created.status !== 201) throw new Error(`creating ${slug} answered ${created.status}: ${created.text}`);
  await until(`${slug} to be ready`, async () => {
    const { body } = await admin.get<{ status: string; failed_reason: string | null }>(`/api/platform/tenants/${created.body.id}`);
    if (body.status === 'failed') throw new Error(`${slug} failed: ${body.failed_reason}`);
    return body.status === 'ready';
  });
  const owner = await stack.tenant(slug).login(email, password);
  return { id: created.body.id, slug, owner, email, password };
}

function ready(launcher: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/^.*(RADIUS accepted|RADIUS answers)/m.test(output)) resolve();
    };
    launcher.stdout?.on('data', read);
    launcher.stderr?.on('data', read);
    launcher.once('exit', (code) => reject(new Error(`the launcher ended with ${String(code)}:\n${output}`)));
  });
}

function stopped(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    launcher.removeAllListeners('exit');
    launcher.once('exit', () => resolve());
    launcher.kill('SIGTERM');
  });
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../scripts/lib/free-ports.mjs';

const RADDB = resolve(__dirname, '../../raddb');
const EAP_CERTIFICATE = resolve(__dirname, '../../eap-certificate');
const PROCESSES = ['auth', 'acct', 'drain'] as const;
export type RadiusProcess = (typeof PROCESSES)[number] | 'radsec';

export interface RadiusDatabase {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** PEM: what the radsec process proves itself with, and the CA of the routers it believes. */
export interface RadsecServer {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** The three FreeRADIUS processes of freeradius/raddb in a folder of their own, and the fourth for RADIUS over TLS when asked for. */
export class RadiusServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'jala-radius-'));
  readonly runDir = join(this.folder, 'run');
  readonly clientsDir = join(this.folder, 'clients.d');
  readonly eapDir = join(this.runDir, 'eap');
  readonly probeSecret = 'probe-secret';
  ports: { auth: number; acct: number; status: number; acctStatus: number; drainStatus: number; probe: number; radsec: number };
  private environment: Record<string, string>;
  private readonly children = new Map<RadiusProcess, { child: ChildProcess; output: string[] }>();

  async start(database: RadiusDatabase, { ipv6 = false, radsec }: { ipv6?: boolean; radsec?: RadsecServer } = {}): Promise<void> {
    for (const folder of [this.runDir, join(this.runDir, 'radsec'), join(this.clientsDir, 'v4'), join(this.clientsDir, 'v6')])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    execFileSync(EAP_CERTIFICATE, [this.eapDir]);
    const [auth, acct, status, acctStatus, drainStatus, probe, radsecStatus, relay] = await freePorts(8);
    this.ports = {
      auth: auth!,
      acct: acct!,
      status: status!,
      acctStatus: acctStatus!,
      drainStatus: drainStatus!,
      probe: probe!,
      radsec: relay!,
    };
    this.environment = {
      RADIUS_RUN_DIR: this.runDir,
      RADIUS_CLIENTS_DIR: this.clientsDir,
      RADIUS_AUTH_PORT: String(auth),
      RADIUS_ACCT_PORT: String(acct),
      RADIUS_STATUS_PORT: String(status),
      RADIUS_ACCT_STATUS_PORT: String(acctStatus),
      RADIUS_DRAIN_STATUS_PORT: String(drainStatus),
      RADIUS_RADSEC_STATUS_PORT: String(radsecStatus),
      RADIUS_PROBE_PORT: String(probe),
      RADIUS_RADSEC_PORT: String(this.ports.radsec),
      RADIUS_PROBE_SECRET: this.probeSecret,
      RADIUS_DB_HOST: database.host,
      RADIUS_DB_PORT: String(database.port),
      RADIUS_DB_USER: database.user,
      RADIUS_DB_PASSWORD: database.password,
      ...(ipv6 ? { RADIUS_IPV6: 'loopback' } : {}),
    };
    if (radsec) {
      writeFileSync(join(this.runDir, 'radsec', 'ca.pem'), radsec.ca);
      writeFileSync(join(this.runDir, 'radsec', 'server.pem'), radsec.certificate + radsec.key, { mode: 0o600 });
    }
    await Promise.all([...PROCESSES, ...(radsec ? (['radsec'] as const) : [])].map((name) => this.launch(name)));
  }

  async launch(name: RadiusProcess): Promise<void> {
    const child = spawn('freeradius', ['-f', '-d', RADDB, '-n', name], {
      env: { PATH: process.env.PATH, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    this.children.set(name, { child, output });
    const deadline = Date.now() + 20_000;
    while (!(await accepts(join(this.runDir, `${name}.sock`)))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`freeradius -n ${name} did not start:\n${output.join('')}`);
      await sleep(50);
    }
  }

  async kill(name: RadiusProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.children.get(name);
    this.children.delete(name);
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
    const end = once(running.child, 'exit');
    running.child.kill(signal);
    await end;
  }

  log(name: RadiusProcess): string {
    return this.children.get(name)?.output.join('') ?? '';
  }

  /** Accounting that is acknowledged but not stored yet. */
  spooled(): string {
    const texts: string[] = [];
    const visit = (folder: string): void => {
      if (!existsSync(folder)) return;
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) visit(path);
        else if (entry.name.startsWith('detail')) texts.push(textOf(path));
      }
    };
    visit(join(this.runDir, 'spool', 'accounting'));
    return texts.join('');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.children.keys()].map((name) => this.kill(name)));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A reader that takes a file, or has finished it, between our looking and our reading was at work a moment ago. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return `${path} was there\n`;
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientFileName, renderClientFile } from '../../libs/radius/client-file';
import { FreeRadius, freeUdpPorts } from './freeradius';
import { ROUTER_SECRET, routerAddress } from './load';

/** Seen from dist/bench/radius. */
const FREERADIUS = resolve(__dirname, '../../../freeradius');
const RADDB = join(FREERADIUS, 'raddb');

export interface RadiusAccount {
  /** Of the database server: a unix socket, the quickest way for all servers alike. */
  readonly socket: string;
  readonly user: string;
  readonly password: string;
}

/**
 * rlm_sql_mysql takes no path. For `localhost` the client library connects to a socket, the system's unless the options for the
 * program say otherwise.
 */
export function socketEnvironment(folder: string, { socket }: RadiusAccount): Record<string, string> {
  writeFileSync(join(folder, 'my.cnf'), `[freeradius]\nsocket = ${socket}\n`);
  return { MARIADB_HOME: folder };
}

/** The three processes of freeradius/raddb, as `npm start` runs them. */
export class JalaServers {
  authPort = 0;
  acctPort = 0;
  private auth: FreeRadius;
  private acct: FreeRadius;
  private drain: FreeRadius | undefined;
  readonly runDir: string;
  private readonly clientsDir: string;
  private environment: Record<string, string> = {};

  constructor(folder: string) {
    this.runDir = join(folder, 'jala');
    this.clientsDir = join(folder, 'clients.d');
    for (const path of [this.runDir, join(this.clientsDir, 'v4'), join(this.clientsDir, 'v6')])
      mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** A router of a tenant, on one of the generator's networks. */
  addRouter(tenant: number, tenantDb: string, network = 1): void {
    const address = routerAddress(tenant, network);
    const client = { address, secret: ROUTER_SECRET, tenantDb, routerId: network, requireMessageAuthenticator: false };
    writeFileSync(join(this.clientsDir, clientFileName(address)), renderClientFile(client));
  }

  async start(account: RadiusAccount): Promise<void> {
    execFileSync(join(FREERADIUS, 'eap-certificate'), [join(this.runDir, 'eap')]);
    const [auth = 0, acct = 0, status = 0, acctStatus = 0, drainStatus = 0, probe = 0, relay = 0] = await freeUdpPorts(7);
    this.authPort = auth;
    this.acctPort = acct;
    this.environment = {
      RADIUS_RUN_DIR: this.runDir,
      RADIUS_CLIENTS_DIR: this.clientsDir,
      RADIUS_AUTH_PORT: String(auth),
      RADIUS_ACCT_PORT: String(acct),
      RADIUS_STATUS_PORT: String(status),
      RADIUS_ACCT_STATUS_PORT: String(acctStatus),
      RADIUS_DRAIN_STATUS_PORT: String(drainStatus),
      RADIUS_PROBE_PORT: String(probe),
      RADIUS_RADSEC_PORT: String(relay),
      RADIUS_PROBE_SECRET: 'not-asked-here',
      ...socketEnvironment(this.runDir, account),
      RADIUS_DB_HOST: 'localhost',
      RADIUS_DB_PORT: '0',
      RADIUS_DB_USER: account.user,
      RADIUS_DB_PASSWORD: account.password,
    };
    this.auth = await FreeRadius.start(RADDB, 'auth', this.environment);
    this.acct = await FreeRadius.start(RADDB, 'acct', this.environment);
    await this.startDrain();
  }

  async startDrain(): Promise<void> {
    this.drain = await FreeRadius.start(RADDB, 'drain', this.environment);
  }

  async stopDrain(): Promise<void> {
    await this.drain?.stop();
    this.drain = undefined;
  }

  get drainPid(): number {
    return this.drain?.pid ?? 0;
  }

  get pids(): number[] {
    return [this.auth, this.acct, this.drain].flatMap((server) => (server ? [server.pid] : []));
  }

  /** Bytes that are acknowledged, and not in the database yet. */
  spooledBytes(): number {
    // A reader removes its file between our looking and our asking.
    return this.spooledFiles(/^accounting\/.*\/detail/).reduce(
      (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  private spooledFiles(which: RegExp): string[] {
    const spool = join(this.runDir, 'spool');
    if (!existsSync(spool)) return [];
    return readdirSync(spool, { recursive: true, encoding: 'utf8' })
      .filter((path) => which.test(path))
      .map((path) => join(spool, path));
  }

  /** Storing what a measurement has left takes longer than the measurement; how fast that goes is measured by itself. */
  async forgetSpool(): Promise<void> {
    await this.stopDrain();
    for (const path of this.spooledFiles(/^accounting\/.*\/detail|^logins\/(?:history|taken-)/)) rmSync(path, { force: true });
    await this.startDrain();
  }

  /** @returns seconds until all accounting was stored */
  async drained(withinSeconds = 300): Promise<number> {
    const start = performance.now();
    for (;;) {
      if (this.spooledBytes() === 0) return (performance.now() - start) / 1_000;
      if (performance.now() - start > withinSeconds * 1_000)
        throw new Error(`The spool is not empty after ${withinSeconds} s:\n${this.drain?.log ?? ''}`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    await this.auth?.stop();
    await this.acct?.stop();
    await this.stopDrain();
  }
}

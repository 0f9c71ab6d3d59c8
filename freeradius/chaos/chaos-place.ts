import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TortureServer } from '../../libs/infra/tenancy/torture/database-server';
import { type Isp, Scenario } from '../scenarios/support/scenario';
import { LoginProbe } from './login-probe';
import { type LoadRouter, RouterLoad } from './router-load';

const ROUTERS = ['127.0.7.1', '127.0.7.2', '127.0.7.3', '127.0.7.4'];
const USERS = Array.from({ length: 40 }, (_, index) => `user-${index}`);

/** Packets each second; the full figure is 800 (`npm run bench -- chaos`). */
export const RATE = Number(process.env.JALA_CHAOS_RATE ?? 200);
/** How long the database stays away; the full figure is 60. */
export const OUTAGE_SECONDS = Number(process.env.JALA_CHAOS_SECONDS ?? 8);
/** How long it is frozen; the full figure is 20. */
export const FREEZE_SECONDS = Number(process.env.JALA_CHAOS_FREEZE_SECONDS ?? OUTAGE_SECONDS);

const SETTLE_MS = 2_000;

export interface Verdict {
  readonly packets: number;
  readonly retransmissions: number;
  readonly lost: number;
  readonly sessions: number;
  readonly missing: readonly string[];
  readonly wrong: readonly string[];
  readonly duplicated: readonly string[];
  readonly open: readonly string[];
  readonly unknown: readonly string[];
  readonly usageIsExact: boolean;
}

/** Nothing missing, wrong, duplicated, open or lost. */
export const FLAWLESS = { lost: 0, missing: [], wrong: [], duplicated: [], open: [], unknown: [], usageIsExact: true };

/** FreeRADIUS on a database server of its own that may be killed, and routers that keep books. */
export class ChaosPlace {
  private constructor(
    readonly database: TortureServer,
    readonly scenario: Scenario,
    readonly isp: Isp,
    readonly routers: readonly LoadRouter[],
    private readonly folder: string,
  ) {}

  static async open(): Promise<ChaosPlace> {
    const database = await TortureServer.start();
    const folder = mkdtempSync(join(tmpdir(), 'jala-chaos-'));
    try {
      // The helpers of all tests look here for their database: this time it is one that nobody else uses.
      const { host, port, password } = database.root;
      const services = join(folder, 'services.json');
      writeFileSync(
        services,
        JSON.stringify({ mariadb: { host, port, socket: '', rootPassword: password }, redis: { port: 0, url: '' } }),
        { mode: 0o600 },
      );
      process.env.JALA_TEST_SERVICES = services;
      const scenario = await Scenario.start({ direct: true });
      const isp = await scenario.isp();
      const routers: LoadRouter[] = [];
      for (const [index, address] of ROUTERS.entries()) routers.push((await isp.router(address, { routerId: index + 1 })).client);
      for (const user of USERS) await isp.user(user, { sharedUsers: null });
      return new ChaosPlace(database, scenario, isp, routers, folder);
    } catch (error) {
      await database.end();
      throw error;
    }
  }

  /** Sends accounting and logins, does `harm` in the middle of it, and compares the books when everything is stored. */
  async under(name: string, harm: (probe: LoginProbe) => Promise<void>): Promise<{ verdict: Verdict; probe: LoginProbe }> {
    const stop = new AbortController();
    const { ports } = this.scenario.server;
    const load = await RouterLoad.open(this.routers, ports.acct, USERS, name);
    const probe = new LoginProbe(this.routers[0]!, ports.auth, USERS[0]!, 'rahasia');
    const before = await this.usage();
    const running = Promise.all([load.run(RATE, stop.signal), probe.run(stop.signal)]);
    try {
      await sleep(SETTLE_MS);
      await harm(probe);
      await sleep(SETTLE_MS);
    } finally {
      stop.abort();
      await running;
    }
    await this.scenario.stored(240_000);
    return { verdict: await this.compare(load, before), probe };
  }

  async close(): Promise<void> {
    await this.scenario.stop();
    await this.database.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async usage(): Promise<bigint> {
    const [row] = await this.isp.query<{ bytes: string | null }>('SELECT SUM(input_bytes + output_bytes) AS bytes FROM usage_daily');
    return BigInt(row?.bytes ?? 0);
  }

  private async compare(load: RouterLoad, usageBefore: bigint): Promise<Verdict> {
    const name = load.ledger[0]!.id.replace(/\d+$/, '');
    const rows = await this.isp.query<{
      id: string;
      username: string;
      input: string;
      output: string;
      seconds: number;
      stopped: number;
      times: string;
    }>(
      `SELECT acctsessionid AS id, MIN(username) AS username, SUM(acctinputoctets) AS input, SUM(acctoutputoctets) AS output, MAX(acctsessiontime) AS seconds,
              MIN(acctstoptime IS NOT NULL AND acctterminatecause = 'User-Request') AS stopped, COUNT(*) AS times
       FROM radacct WHERE acctsessionid LIKE ? GROUP BY acctsessionid`,
      [`${name}%`],
    );
    const stored = new Map(rows.map((row) => [row.id, row]));
    const known = new Set(load.ledger.map(({ id }) => id));
    const those = (wrong: (row: NonNullable<ReturnType<typeof stored.get>>, session: RouterLoad['ledger'][number]) => boolean): string[] =>
      load.ledger
        .filter((session) => {
          const row = stored.get(session.id);
          return row !== undefined && wrong(row, session);
        })
        .map(({ id }) => id);
    const total = load.ledger.reduce((sum, { input, output }) => sum + BigInt(input) + BigInt(output), 0n);
    return {
      packets: load.packets,
      retransmissions: load.retransmissions,
      lost: load.lost,
      sessions: load.ledger.length,
      missing: load.ledger.filter(({ id }) => !stored.has(id)).map(({ id }) => id),
      wrong: those(
        (row, session) =>
          Number(row.input) !== session.input ||
          Number(row.output) !== session.output ||
          row.seconds !== session.seconds ||
          row.username !== session.username,
      ),
      duplicated: those((row) => Number(row.times) !== 1),
      open: those((row) => !row.stopped),
      unknown: rows.filter(({ id }) => !known.has(id)).map(({ id }) => id),
      usageIsExact: (await this.usage()) - usageBefore === total,
    };
  }
}

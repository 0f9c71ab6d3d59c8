import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestTenant } from '@jala/infra/testing';
import { note } from '../tenants/verdicts';
import { JalaServers } from './jala-servers';
import { type Load, LoadGenerator, type LoadResult } from './load';
import type { BenchOptions } from './options';
import { Place } from './place';
import { type Rival, startFilesServer, startSelectServer, startStockServer } from './rival-servers';
import type { Around } from './rounds';

const STOCK_DATABASE = 'bench_stock';

/** Everything that is measured, started and filled. */
export class Bench {
  jala: JalaServers;
  files: Rival;
  stock: Rival;
  select: Rival;
  load: LoadGenerator;
  place: Place;
  private readonly folder = mkdtempSync(join(tmpdir(), 'jala-bench-radius-'));

  constructor(readonly options: BenchOptions) {}

  async start(): Promise<void> {
    const { tenants, usersPerTenant } = this.options;
    this.load = await LoadGenerator.compile(this.folder);
    const began = performance.now();
    this.place = await Place.prepare(usersPerTenant);
    const databases = await this.place.tenants(tenants);
    await this.place.stock(STOCK_DATABASE);
    note(`${tenants} tenants with ${usersPerTenant} users in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    this.jala = new JalaServers(this.folder);
    databases.forEach((database, tenant) => this.jala.addRouter(tenant, database));
    this.jala.addRouter(0, this.place.first.context.db, 2);
    await this.jala.start(this.place.account);
    this.files = await startFilesServer(this.folder, usersPerTenant);
    this.stock = await startStockServer(this.folder, this.place.account, STOCK_DATABASE);
    this.select = await startSelectServer(this.folder, this.place.account, this.place.first.context.db);
  }

  /** A tenant besides the others, with a router of its own. @returns the generator's number of it */
  async anotherTenant(position: number): Promise<{ tenant: TestTenant; number: number }> {
    const tenant = await this.place.copyOfFirst();
    const number = this.options.tenants + position;
    this.jala.addRouter(number, tenant.context.db);
    return { tenant, number };
  }

  get around(): Around {
    return { rounds: this.options.rounds, databasePid: this.place.databasePid, settle: () => this.jala.forgetSpool() };
  }

  login(port: number, change: Partial<Load> = {}): Promise<LoadResult> {
    return this.load.run({ ...this.measured(port), mode: 'pap', ...change });
  }

  accounting(port: number, change: Partial<Load> = {}): Promise<LoadResult> {
    return this.load.run({ ...this.measured(port), mode: 'acct', ...change });
  }

  private measured(port: number): Omit<Load, 'mode'> {
    const { usersPerTenant, window, seconds, warmUpSeconds } = this.options;
    return { port, tenants: 1, users: usersPerTenant, window, seconds, warmUpSeconds };
  }

  async stop(): Promise<void> {
    await this.jala?.stop();
    await this.files?.server.stop();
    await this.stock?.server.stop();
    await this.select?.server.stop();
    await this.place?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { heading, judgeFloor, note } from '../tenants/verdicts';
import type { Bench } from './bench';
import { cpuSeconds } from './freeradius';
import { generatorWasNoLimit } from './logins';
import { interleave, ratio } from './rounds';

const BACKLOG_FLOOR = 2_000;
/** Each connection has each tenant's tables open for itself: with 1,000 tenants more than a server keeps that may open 20,000 files. */
const BACKLOG_OF_MANY_FLOOR = 0.5;

/** Sessions of Start, three Interim-Updates and Stop: how fast they are acknowledged, and how fast a backlog reaches the database. */
export async function benchAccounting(bench: Bench): Promise<void> {
  const { options, jala, files, stock } = bench;
  heading('Accounting: Start, 3 Interim-Updates, Stop');
  const results = await interleave(
    {
      files: { name: 'not stored at all', pids: () => [files.server.pid], run: () => bench.accounting(files.acctPort) },
      stock: { name: 'stock rlm_sql', pids: () => [stock.server.pid], run: () => bench.accounting(stock.acctPort) },
      one: { name: 'Jala, 1 tenant', pids: () => jala.pids, run: () => bench.accounting(jala.acctPort) },
      many: {
        name: `Jala, ${options.tenants} tenants`,
        pids: () => jala.pids,
        run: () => bench.accounting(jala.acctPort, { tenants: options.tenants }),
      },
    },
    bench.around,
  );
  judgeFloor('acknowledged, 1 tenant, against stock', ratio(results.one, results.stock), 2.5, 'the drain works meanwhile');
  judgeFloor(
    `acknowledged, ${options.tenants} tenants, against stock`,
    ratio(results.many, results.stock),
    2.5,
    'whose one database has one tenant',
  );
  generatorWasNoLimit(Object.values(results).flat());
}

/** The database comes back after an outage: what was acknowledged meanwhile is stored. */
export async function benchBacklog(bench: Bench): Promise<void> {
  const { options, jala } = bench;
  heading('A backlog reaches the database');
  let ofOne = Number.NaN;
  for (const tenants of [1, options.tenants]) {
    const rates: number[] = [];
    // The first time warms up the tables of the tenants.
    for (let round = 0; round <= 1; round++) {
      await jala.stopDrain();
      const { accepted } = await bench.load.run({
        mode: 'acct',
        port: jala.acctPort,
        tenants,
        users: options.usersPerTenant,
        window: options.window,
        requests: options.backlogRecords,
      });
      const megabytes = (jala.spooledBytes() / 1_048_576).toFixed(0);
      await jala.startDrain();
      const [ofDrain, ofDatabase] = [cpuSeconds(jala.drainPid), cpuSeconds(bench.place.databasePid)];
      const seconds = await jala.drained();
      const micros = (used: number): string => ((used / accepted) * 1_000_000).toFixed(0);
      rates.push(accepted / seconds);
      note(
        `${accepted} records of ${tenants} tenants, ${megabytes} MiB, in ${seconds.toFixed(1)} s, ${micros(cpuSeconds(jala.drainPid) - ofDrain)} us of ` +
          `the drain and ${micros(cpuSeconds(bench.place.databasePid) - ofDatabase)} us of the database for each${round === 0 ? ' (warm-up)' : ''}`,
      );
      await sleep(200);
    }
    const rate = rates.at(-1) ?? 0;
    if (tenants === 1) {
      ofOne = rate;
      judgeFloor('backlog of 1 tenant', rate, BACKLOG_FLOOR, 'records stored', '/s');
    } else
      judgeFloor(`backlog of ${tenants} tenants against 1`, rate / ofOne, BACKLOG_OF_MANY_FLOOR, `${rate.toFixed(0)} records stored/s`);
  }
}

import 'reflect-metadata';
import { benchAccounting, benchBacklog } from './radius/accounting';
import { Bench } from './radius/bench';
import { benchHistory } from './radius/history';
import { benchLogins, benchStorm } from './radius/logins';
import { benchOptions } from './radius/options';
import { anyFailed } from './tenants/verdicts';

const PARTS = { logins: benchLogins, storm: benchStorm, accounting: benchAccounting, backlog: benchBacklog, history: benchHistory };

/**
 * npm run bench -- radius: FreeRADIUS with our configuration against one that has its users in a file and against Debian's rlm_sql with
 * the stock queries on one database, all started here on the same MariaDB. Every case runs once in each round; ratios are taken within
 * a round. BENCH_TENANTS, BENCH_USERS, BENCH_ROWS, BENCH_ROUNDS, BENCH_SECONDS, BENCH_BACKLOG and BENCH_PARTS (names from above) make
 * it smaller.
 */
async function main(): Promise<void> {
  const options = benchOptions();
  const bench = new Bench(options);
  // Servers that nobody stops would outlive us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bench.stop().finally(() => process.exit(1)));
  try {
    await bench.start();
    for (const [name, run] of Object.entries(PARTS)) if (options.parts.size === 0 || options.parts.has(name)) await run(bench);
  } finally {
    await bench.stop();
  }
  process.exitCode = anyFailed() ? 1 : 0;
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
